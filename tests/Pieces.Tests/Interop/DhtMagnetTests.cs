using System.Net;

namespace Pieces.Tests.Interop;

/// <summary>Magnet links whose peers are found in the DHT alone, between the built program and other people's clients.</summary>
[Collection("Real peers that need more than a torrent file")]
[Trait("Tier", "Interop")]
public sealed class DhtMagnetTests
{
    private static readonly TimeSpan FindLimit = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan RunLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(6);

    [Theory]
    [InlineData("libtorrent")]
    [InlineData("aria2")]
    [InlineData("Transmission")]
    [InlineData("qBittorrent")]
    public async Task It_gets_a_magnet_whose_only_peer_is_another_client_found_in_the_DHT(string name)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        RequireAll(name);
        await using var space = new DhtSpace();
        IReadOnlyList<IPEndPoint> nodes = space.AddCrowd();
        string theirs = space.Folder("theirs");
        string ours = space.Folder("ours");
        space.Sample.WriteContent(theirs);
        space.Start(DhtClient.Of(name), space.NextHost(), theirs, link: null, nodes);

        // Each client announces itself in its own time; the same command again searches anew.
        IPEndPoint host = space.NextHost();
        await Eventually.TrueAsync(
            async () =>
            {
                PeerProcess pieces = space.StartPieces(host, nodes[0], "download", space.Link, "-o", ours, "--metadata-timeout", "8s");
                return await pieces.WaitForExitAsync(RunLimit, cancellationToken) == 0;
            },
            FindLimit,
            () => $"{name} to be found",
            cancellationToken);
        space.Sample.FirstDifferenceOrStray(ours).Should().BeNull();
    }

    [Theory]
    [InlineData("libtorrent")]
    [InlineData("aria2")]
    [InlineData("qBittorrent")]
    public async Task Another_client_gets_a_magnet_whose_only_peer_and_only_node_it_is(string name)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        RealPeers.Require(name);
        await using var space = new DhtSpace();
        await GetsFromPiecesAsync(space, name, [], cancellationToken);
    }

    /// <summary>Transmission searches nowhere before it knows more than eight nodes; so here other ones are beside it.</summary>
    [Fact]
    public async Task Transmission_gets_a_magnet_whose_only_peer_it_is()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        RequireAll("Transmission");
        await using var space = new DhtSpace();
        await GetsFromPiecesAsync(space, "Transmission", space.AddCrowd(), cancellationToken);
    }

    /// <summary>As before, but all that it sees of the DHT is the program under test: these nodes, one of which has the content.</summary>
    [Fact]
    public async Task Transmission_gets_a_magnet_in_a_DHT_that_is_nobody_else()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        RealPeers.Require("Transmission");
        await using var space = new DhtSpace();
        await GetsFromPiecesAsync(space, "Transmission", space.AddOwnCrowd(), cancellationToken);
    }

    private static async Task GetsFromPiecesAsync(DhtSpace space, string name, IReadOnlyList<IPEndPoint> others, CancellationToken cancellationToken)
    {
        string theirs = space.Folder("theirs");
        string ours = space.Folder("ours");
        space.Sample.WriteContent(ours);
        (IPEndPoint us, IPEndPoint them) = (space.NextHost(), space.NextHost());
        PeerProcess pieces = space.StartPieces(us, others.Count > 0 ? others[0] : them, "seed", space.TorrentFile, "--data", ours);
        await Eventually.TrueAsync(
            () => pieces.Output.Contains("listening for peers", StringComparison.Ordinal), RunLimit, () => "pieces to listen", cancellationToken);
        space.Start(DhtClient.Of(name), them, theirs, space.Link, [us, .. others]);
        await Eventually.TrueAsync(() => space.Sample.HasContent(theirs), FindLimit, () => $"{name} to have the content", cancellationToken);
        (await pieces.TerminateAsync(StopLimit, cancellationToken)).Should().Be(0, "a signal while it seeds complete data is the intended end");
    }

    private static void RequireAll(string name)
    {
        foreach (string needed in (string[])[name, "libtorrent", "aria2", "Transmission"])
            RealPeers.Require(needed);
    }
}
