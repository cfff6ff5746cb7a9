using Pieces.Peers;
using Pieces.Torrents.Uploading;

namespace Pieces.Tests.Torrents;

[Trait("Tier", "Pure")]
public class SeedRuleTests
{
    private readonly PieceRig _rig = new();

    [Fact]
    public void Two_seeds_have_nothing_to_give_each_other() => SeedRule.WhyUseless(_rig.Seed()).Should().Be("both peers have everything");

    [Fact]
    public void A_leecher_stays() => SeedRule.WhyUseless(_rig.Stranger()).Should().BeNull();

    [Theory]
    [InlineData(false, "neither peer wants more data")]
    [InlineData(true, null)]
    public void A_partial_seed_stays_only_when_it_is_interested(bool isInterested, string? reason)
    {
        PeerState peer = _rig.Stranger();
        peer.IsUploadOnly = true;
        peer.Flags.PeerInterested = isInterested;
        SeedRule.WhyUseless(peer).Should().Be(reason);
    }
}
