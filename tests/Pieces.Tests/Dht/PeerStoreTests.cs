using System.Net;
using Pieces.Dht;
using Pieces.Dht.Messages;
using Pieces.Dht.Queries;
using Pieces.Net;
using static Pieces.Tests.Dht.DhtText;

namespace Pieces.Tests.Dht;

[Trait("Tier", "Pure")]
public class PeerStoreTests
{
    private static readonly NodeId Swarm = IdOf(1);
    private readonly PeerStore _store = new(new Random(1));

    [Fact]
    public void A_peer_is_remembered_for_half_an_hour_and_each_announce_counts_anew()
    {
        _store.Add(Swarm, At("1.2.3.4:5"), isSeed: false, TimeSpan.Zero);
        Pick(TimeSpan.FromMinutes(29)).Should().Equal(At("1.2.3.4:5"));
        Pick(TimeSpan.FromMinutes(30)).Should().BeEmpty();
        _store.Add(Swarm, At("1.2.3.4:6"), isSeed: false, TimeSpan.FromMinutes(20));
        _store.Expire(TimeSpan.FromMinutes(49));
        Pick(TimeSpan.FromMinutes(49)).Should().Equal([At("1.2.3.4:6")], "an address is one peer, and its port may change");
        _store.Expire(TimeSpan.FromMinutes(50));
        _store.Count.Should().Be(0);
        _store.SwarmCount.Should().Be(0);
    }

    [Fact]
    public void Families_and_seeds_are_told_apart()
    {
        _store.Add(Swarm, At("1.2.3.4:5"), isSeed: true, TimeSpan.Zero);
        _store.Add(Swarm, At("1.2.3.5:5"), isSeed: false, TimeSpan.Zero);
        _store.Add(Swarm, At("[2001:db8::1]:5"), isSeed: false, TimeSpan.Zero);
        _store.Pick(Swarm, 9, isV6: true, noSeeds: false, TimeSpan.Zero).Should().Equal(At("[2001:db8::1]:5"));
        _store.Pick(Swarm, 9, isV6: false, noSeeds: true, TimeSpan.Zero).Should().Equal(At("1.2.3.5:5"));
        _store.Pick(IdOf(2), 9, isV6: false, noSeeds: false, TimeSpan.Zero).Should().BeEmpty();
        (ScrapeFilter seeds, ScrapeFilter peers) = _store.CountsOf(Swarm)!.Value;
        seeds.Estimate.Should().BeApproximately(1, 0.01);
        peers.Estimate.Should().BeApproximately(2, 0.01);
    }

    [Fact]
    public void A_swarm_has_so_many_peers_and_the_oldest_goes()
    {
        for (int i = 0; i <= PeerStore.MaxOfSwarm; i++)
            _store.Add(Swarm, Host(i), isSeed: false, TimeSpan.FromSeconds(i)).Should().BeTrue();
        _store.Count.Should().Be(PeerStore.MaxOfSwarm);
        Pick(TimeSpan.FromMinutes(5), 1000).Should().HaveCount(PeerStore.MaxOfSwarm).And.NotContain(Host(0)).And.Contain(Host(PeerStore.MaxOfSwarm));
        Pick(TimeSpan.FromMinutes(5), 30).Should().HaveCount(30);
    }

    [Fact]
    public void All_addresses_of_one_IPv6_network_are_in_as_many_swarms_as_one_address()
    {
        for (int i = 0; i <= PeerStore.MaxOfHost; i++)
            _store.Add(IdOf((byte)i), At($"[2001:db8::{i + 1:x}]:5"), isSeed: false, TimeSpan.Zero).Should().Be(i < PeerStore.MaxOfHost);
        _store.Add(Swarm, At("[2001:db8:0:1::1]:5"), isSeed: false, TimeSpan.Zero).Should().BeTrue("it is another network");
        _store.Expire(TimeSpan.FromHours(1));
        _store.Count.Should().Be(0);
    }

    [Fact]
    public void All_swarms_together_have_so_many_peers_and_one_address_is_in_so_many_swarms()
    {
        for (int swarm = 0; swarm < 40; swarm++)
        {
            for (int i = 0; i < 150; i++)
                _store.Add(IdOf((byte)swarm), Host((swarm * 150) + i), isSeed: false, TimeSpan.FromSeconds(swarm));
        }

        _store.Count.Should().Be(PeerStore.MaxPeers);
        int taken = Enumerable.Range(0, 100).Count(i => _store.Add(IdOf(200, (byte)i), At("9.9.9.9:9"), isSeed: false, TimeSpan.FromMinutes(1)));
        taken.Should().Be(PeerStore.MaxOfHost);
        _store.Count.Should().Be(PeerStore.MaxPeers);
    }

    [Fact]
    public void There_are_so_many_swarms_and_the_one_heard_of_longest_ago_goes()
    {
        for (int i = 0; i <= PeerStore.MaxSwarms; i++)
            _store.Add(IdOf((byte)(i >> 8), (byte)i), Host(i), isSeed: false, TimeSpan.FromSeconds(i));
        _store.SwarmCount.Should().Be(PeerStore.MaxSwarms);
        _store.CountsOf(IdOf(0, 0)).Should().BeNull();
        _store.CountsOf(IdOf(0, 1)).Should().NotBeNull();
    }

    private static CompactEndPoint Host(int number) =>
        CompactEndPoint.From(new IPAddress([20, (byte)(number >> 16), (byte)(number >> 8), (byte)number]), 1);

    private List<CompactEndPoint> Pick(TimeSpan now, int count = 9) => _store.Pick(Swarm, count, isV6: false, noSeeds: false, now);
}
