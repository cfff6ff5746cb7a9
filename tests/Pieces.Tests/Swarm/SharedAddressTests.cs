using Pieces.Primitives;
using Pieces.Tests.Support;

namespace Pieces.Tests.Swarm;

/// <summary>
/// Several peers behind one address, one of which sends bad data. Peers share an address behind a published port of containers, a tunnel, or a home
/// router.
/// </summary>
[Collection(SwarmCollection.Name)]
[Trait("Tier", "Swarm")]
public class SharedAddressTests
{
    private static readonly PeerId Honest = PeerId.Create(new Random(4242));

    [Theory]
    [InlineData("172.17.0.1")]
    [InlineData("127.0.0.1")]
    [InlineData("fd00::1")]
    public async Task A_liar_behind_a_private_address_costs_its_honest_neighbour_nothing(string shared)
    {
        await using var swarm = new TestSwarm();
        SwarmMember leecher = swarm.AddLeecher();
        await swarm.ReadyAsync(leecher);
        int dials = 0;
        ScriptedHost host = swarm.AddHost(
            session => Interlocked.Increment(ref dials) == 1 ? LieAsync(session) : SeedAsync(session, delay: 0), shared);
        host.Dial(leecher.EndPoint);
        await swarm.UntilAsync(() => leecher.Now.BannedPeers == 1, "the liar is convicted");
        host.Dial(leecher.EndPoint);
        await swarm.UntilDoneAsync(leecher, TimeSpan.FromSeconds(30));
        await swarm.EndAsync();
    }

    [Fact]
    public async Task A_liar_beside_a_peer_that_has_given_good_data_does_not_cost_us_that_peer()
    {
        await using var swarm = new TestSwarm();
        SwarmMember leecher = swarm.AddLeecher();
        await swarm.ReadyAsync(leecher);
        int dials = 0;
        ScriptedHost host = swarm.AddHost(
            session => Interlocked.Increment(ref dials) == 1 ? SeedAsync(session, delay: 0.2) : LieAsync(session), "1.2.3.4");
        host.Dial(leecher.EndPoint);
        await swarm.UntilAsync(() => leecher.Now.PiecesHave > 2, "good data has come");
        host.Dial(leecher.EndPoint);
        await swarm.UntilAsync(() => leecher.Now.BannedPeers == 1, "the liar is convicted");
        await swarm.UntilDoneAsync(leecher, TimeSpan.FromSeconds(60));
        leecher.ConnectionsOf(host.Address).Should().Be(2);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task A_liar_at_a_public_address_or_network_is_not_dealt_with_again()
    {
        await using var swarm = new TestSwarm();
        SwarmMember leecher = swarm.AddLeecher();
        await swarm.ReadyAsync(leecher);
        swarm.AddHost(LieAsync, "2001:db8:5::1").Dial(leecher.EndPoint);
        await swarm.UntilAsync(() => leecher.Now.BannedPeers == 1, "the liar is convicted");
        ScriptedHost next = swarm.AddHost(LieAsync, "2001:db8:5::2");
        next.Dial(leecher.EndPoint);
        await swarm.UntilAsync(() => next.Ended == 1, "it is refused");
        leecher.ConnectionsOf(next.Address).Should().Be(0);
        await swarm.CompleteHonestlyAsync(leecher);
        await swarm.EndAsync();
    }

    private static Task LieAsync(ScriptedSession session) => session.SeedAsync(request => session.SendBytesAsync(session.BadBlockOf(request)));

    private static async Task SeedAsync(ScriptedSession session, double delay)
    {
        await session.Peer.SendHandshakeAsync(session.Data.Metainfo.Swarms[0], Honest, session.Token);
        await session.Peer.ReadHandshakeAsync(session.Token);
        await session.SendWholeAsync();
        await session.ServeAsync(async request =>
        {
            if (delay > 0)
                await session.Delay(delay);
            await session.SendBlockAsync(request);
        });
    }
}
