using Pieces.Tests.Support;
using Pieces.Torrents;
using Pieces.Wire;

namespace Pieces.Tests;

/// <summary>
/// Checks the call chains of ARCHITECTURE.md against the compiled code: each named method exists, each step reaches the next, and no chain is too
/// long.
/// </summary>
[Trait("Tier", "Pure")]
public class WalkTests
{
    private const string BlockIn = "A block, from the socket to the disk";
    private const string BlockOut = "A request, to the bytes sent";

    [Theory]
    [InlineData(BlockIn, 25)]
    [InlineData(BlockOut, 18)]
    [InlineData("A magnet link, to the transfer", 20)]
    [InlineData("`pieces download x.torrent -v`, to the first connection", 40)]
    public void A_walk_is_unbroken_and_leads_through_few_files(string title, int mostFiles)
    {
        Walk walk = Walk.Read(title);

        walk.Steps.Should().HaveCountGreaterThan(5);
        walk.Faults().Should().BeEmpty();
        walk.Files.Should().HaveCountLessThanOrEqualTo(mostFiles);
    }

    [Theory]
    [InlineData(BlockIn)]
    [InlineData(BlockOut)]
    public void At_most_three_switches_route_a_message(string title) =>
        Walk.Read(title).SwitchesOver(typeof(TorrentEvent), typeof(PeerMessage)).Should().HaveCountLessThanOrEqualTo(3);

    [Theory]
    [InlineData("InfoHash.ToString", "InfoHash", "2: PeerId.Create does not lead to InfoHash.ToString")]
    [InlineData("InfoHash.Nothing", "InfoHash", "2: there is no type InfoHash that declares Nothing")]
    [InlineData("InfoHash.ToString", "PeerId", "2: src/Pieces/Primitives/PeerId.cs does not declare InfoHash")]
    public void A_step_that_is_not_in_the_code_is_found(string method, string file, string fault) =>
        Walk.Parse("Walk", ["## Walk", "1. [`PeerId.Create`](src/Pieces/Primitives/PeerId.cs)", $"2. [`{method}`](src/Pieces/Primitives/{file}.cs)"])
            .Faults().Should().Equal(fault);
}
