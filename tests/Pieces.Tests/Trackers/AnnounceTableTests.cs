using System.Net;
using Microsoft.Extensions.Time.Testing;
using Pieces.Primitives;
using Pieces.Trackers;
using Pieces.Trackers.Server;

namespace Pieces.Tests.Trackers;

[Trait("Tier", "Pure")]
public class AnnounceTableTests
{
    private static readonly SwarmKey Swarm = Announces.InfoHash;
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void The_asker_is_not_told_of_itself()
    {
        AnnounceTable table = TableOf();
        Announce(table, "10.0.0.1:1");
        Announce(table, "10.0.0.1:1")!.PeersV4.Should().BeEmpty();
        Announce(table, "10.0.0.1:2")!.PeersV4.Select(peer => peer.Address).Should().Equal(IPEndPoint.Parse("10.0.0.1:1"));
    }

    [Fact]
    public void The_families_are_kept_apart()
    {
        AnnounceTable table = TableOf();
        Announce(table, "10.0.0.1:1");
        Announce(table, "[2001:db8::1]:1");
        Announce(table, "[::ffff:10.0.0.2]:1");
        AnnounceTableAnswer answer = Announce(table, "10.0.0.9:1")!;
        answer.PeersV4.Select(peer => peer.Address.ToString()).Should().BeEquivalentTo("10.0.0.1:1", "10.0.0.2:1");
        answer.PeersV6.Select(peer => peer.Address.ToString()).Should().Equal("[2001:db8::1]:1");
    }

    [Fact]
    public void Swarms_are_kept_apart()
    {
        AnnounceTable table = TableOf();
        Announce(table, "10.0.0.1:1");
        var other = SwarmKey.FromBytes("another-infohash----"u8);
        table.Announce(other, Peer("10.0.0.2:1"), AnnounceEvent.Started, 1, 50)!.PeersV4.Should().BeEmpty();
    }

    [Fact]
    public void A_peer_is_forgotten_after_twice_the_interval()
    {
        AnnounceTable table = TableOf();
        Announce(table, "10.0.0.1:1");
        _time.Advance(2 * table.Interval);
        table.Scrape(Swarm)!.Value.Leechers.Should().Be(1);
        _time.Advance(TimeSpan.FromSeconds(1));
        table.Scrape(Swarm).Should().BeNull();
    }

    [Fact]
    public void A_peer_that_announces_again_is_not_forgotten()
    {
        AnnounceTable table = TableOf();
        for (int i = 0; i < 5; i++)
        {
            Announce(table, "10.0.0.1:1");
            _time.Advance(table.Interval);
        }

        table.Scrape(Swarm)!.Value.Leechers.Should().Be(1);
    }

    [Fact]
    public void Counts_follow_what_peers_report()
    {
        AnnounceTable table = TableOf();
        Announce(table, "10.0.0.1:1", left: 0);
        Announce(table, "10.0.0.2:1", left: 9);
        table.Scrape(Swarm).Should().Be(new SwarmCounts(1, 0, 1));
        Announce(table, "10.0.0.2:1", AnnounceEvent.Completed, left: 0);
        Announce(table, "10.0.0.2:1", AnnounceEvent.Completed, left: 0);
        table.Scrape(Swarm).Should().Be(new SwarmCounts(2, 1, 0), "one download completes once");
        Announce(table, "10.0.0.1:1", AnnounceEvent.Stopped, left: 0);
        table.Scrape(Swarm).Should().Be(new SwarmCounts(1, 1, 0));
    }

    [Fact]
    public void One_that_stops_gets_no_peers()
    {
        AnnounceTable table = TableOf();
        Announce(table, "10.0.0.1:1");
        Announce(table, "10.0.0.2:1", AnnounceEvent.Stopped)!.PeersV4.Should().BeEmpty();
    }

    [Fact]
    public void A_full_table_refuses_newcomers_and_keeps_those_it_has()
    {
        AnnounceTable table = TableOf(new AnnounceTableOptions { MaxPeers = 2, MaxSwarms = 1, TimeProvider = _time, Random = new Random(1) });
        Announce(table, "10.0.0.1:1").Should().NotBeNull();
        table.Announce(SwarmKey.FromBytes("another-infohash----"u8), Peer("10.0.0.1:1"), AnnounceEvent.Started, 1, 50).Should().BeNull(
            "one swarm is the limit");
        Announce(table, "10.0.0.2:1").Should().NotBeNull();
        Announce(table, "10.0.0.3:1").Should().BeNull("two peers are the limit");
        Announce(table, "10.0.0.1:1").Should().NotBeNull("it is known");
    }

    [Fact]
    public void One_host_cannot_fill_the_table()
    {
        AnnounceTable table = TableOf(
            new AnnounceTableOptions { MaxPeers = 100, MaxPeersPerHost = 60, TimeProvider = _time, Random = new Random(1) });
        Enumerable.Range(1, 200).Count(port => Announce(table, $"10.0.0.1:{port}") is not null).Should().Be(60);
        Enumerable.Range(1, 200).Count(port => Announce(table, $"[2001:db8::{port:x}]:{port}") is not null).Should().BeGreaterThan(
            40, "it displaces the other");
        for (int i = 1; i <= 20; i++)
            Announce(table, $"10.0.1.{i}:1").Should().NotBeNull("a newcomer displaces the oldest peer of the largest host");
        for (int i = 1; i <= 20; i++)
            table.Announce(Swarm, Peer($"10.0.1.{i}:1"), AnnounceEvent.None, 1, 0)!.Counts.Leechers.Should().Be(100);
    }

    [Fact]
    public void One_host_cannot_keep_others_from_beginning_a_swarm()
    {
        AnnounceTable table = TableOf(new AnnounceTableOptions { MaxSwarms = 10, TimeProvider = _time, Random = new Random(1) });
        for (byte i = 0; i < 10; i++)
            table.Announce(
                SwarmKey.FromBytes([.. Enumerable.Repeat(i, SwarmKey.Length)]), Peer("10.0.0.1:1"), AnnounceEvent.Started, 1, 0).Should().NotBeNull();
        Announce(table, "10.0.0.1:1").Should().BeNull("its own share is the largest");
        Announce(table, "10.0.0.2:1").Should().NotBeNull();
        table.Scrape(SwarmKey.FromBytes(new byte[SwarmKey.Length])).Should().BeNull("its only peer was the oldest one of the largest host");
    }

    [Fact]
    public void An_answer_names_a_choice_by_chance_that_covers_all_in_time()
    {
        AnnounceTable table = TableOf(new AnnounceTableOptions { MaxPeersPerAnswer = 10, TimeProvider = _time, Random = new Random(1) });
        for (int i = 1; i <= 50; i++)
            Announce(table, $"10.0.0.{i}:1");
        var seen = new HashSet<IPEndPoint>();
        for (int i = 0; i < 50; i++)
        {
            IPEndPoint[] named = [.. Announce(table, "10.0.0.1:1", wanted: 1000)!.PeersV4.Select(peer => peer.Address)];
            named.Should().HaveCount(10).And.OnlyHaveUniqueItems();
            seen.UnionWith(named);
        }

        seen.Should().HaveCount(49);
        Announce(table, "10.0.0.1:1", wanted: 3)!.PeersV4.Should().HaveCount(3);
        Announce(table, "10.0.0.1:1", wanted: 0)!.PeersV4.Should().BeEmpty();
    }

    [Fact]
    public void Coming_and_going_leaves_nothing_behind()
    {
        AnnounceTable table = TableOf();
        var random = new Random(7);
        var present = new HashSet<int>();
        for (int i = 0; i < 5000; i++)
        {
            int peer = random.Next(1, 40);
            bool stops = random.Next(3) == 0;
            Announce(table, $"10.0.0.{peer}:1", stops ? AnnounceEvent.Stopped : AnnounceEvent.None, left: random.Next(2));
            _ = stops ? present.Remove(peer) : present.Add(peer);
            SwarmCounts counts = table.Scrape(Swarm) ?? default;
            (counts.Seeders + counts.Leechers).Should().Be(present.Count);
        }

        foreach (int peer in present)
            Announce(table, $"10.0.0.{peer}:1", AnnounceEvent.Stopped);
        table.Scrape(Swarm).Should().BeNull();
    }

    private AnnounceTable TableOf(AnnounceTableOptions? options = null) =>
        new(options ?? new AnnounceTableOptions { TimeProvider = _time, Random = new Random(1) });

    private static TrackedPeer Peer(string address) => new(Announces.PeerId, IPEndPoint.Parse(address));

    private static AnnounceTableAnswer? Announce(
        AnnounceTable table, string address, AnnounceEvent announceEvent = AnnounceEvent.None, long left = 1, int wanted = 50) =>
        table.Announce(Swarm, Peer(address), announceEvent, left, wanted);
}
