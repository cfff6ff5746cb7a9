using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Pieces.Dht;
using Pieces.Dht.Lookups;
using Pieces.Dht.Messages;
using Pieces.Dht.Queries;
using Pieces.Net;
using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Tests.Support;
using Pieces.Torrents;
using Pieces.Wire;

namespace Pieces.Tests.Swarm;

/// <summary>Whole clients that find each other in a closed DHT.</summary>
[Collection(SwarmCollection.Name)]
[Trait("Tier", "Swarm")]
public class DhtTests
{
    private const string Router = "10.9.0.1";
    private const string Nowhere = "10.9.0.99";

    private static DhtSettings At(string node) => new() { Bootstrap = [new IPEndPoint(IPAddress.Parse(node), ScriptedHost.Port)] };

    [Fact]
    public async Task A_magnet_whose_only_peer_is_its_only_node_is_completed()
    {
        await using var swarm = new TestSwarm();
        SwarmMember seed = AddSeed(swarm, Nowhere);
        await swarm.UntilAsync(() => seed.Notices.Of<DhtNotice>().Any(), "the seed's node knows what it seeds");
        SwarmMember leecher = AddMagnet(swarm, seed.Address);
        await swarm.UntilDoneAsync(leecher);
        leecher.Notices.Of<DhtNotice>().Should().Contain(notice => notice.Answers == 1 && notice.Peers == 1);
        leecher.Now.DhtNodes.Should().Be(1);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task Two_clients_find_each_other_by_a_node_that_both_know()
    {
        await using var swarm = new TestSwarm();
        await using var router = new FreeNode(swarm, Router);
        SwarmMember seed = AddSeed(swarm, Router);
        await swarm.ReadyAsync(seed);
        await swarm.UntilAsync(() => router.Node.Stats.StoredPeers == 1, "the seed has announced itself");
        SwarmMember leecher = AddMagnet(swarm, Router);
        await swarm.UntilDoneAsync(leecher);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task One_node_too_many_in_a_link_is_not_asked()
    {
        const string Last = "10.9.1.1", Over = "10.9.1.2";
        await using var swarm = new TestSwarm();
        await using var last = new FreeNode(swarm, Last);
        await using var over = new FreeNode(swarm, Over);
        IEnumerable<string> silent = Enumerable.Range(1, TorrentDht.MaxNodes - 1).Select(i => $"10.9.2.{i}:1");
        AddMagnet(swarm, Nowhere, [.. silent, $"{Last}:{ScriptedHost.Port}", $"{Over}:{ScriptedHost.Port}"]);
        await swarm.UntilAsync(() => last.Node.Stats.Received > 0, "the last node that is used is asked");
        await swarm.PassAsync(10);
        over.Node.Stats.Received.Should().Be(0);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task A_link_names_nodes_to_begin_with()
    {
        await using var swarm = new TestSwarm();
        await using var router = new FreeNode(swarm, Router);
        SwarmMember seed = AddSeed(swarm, Router);
        await swarm.ReadyAsync(seed);
        SwarmMember leecher = AddMagnet(swarm, Nowhere, $"{Router}:{ScriptedHost.Port}", "10.9.0.77:1");
        await swarm.UntilDoneAsync(leecher);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task Peers_tell_each_other_of_their_nodes()
    {
        await using var swarm = new TestSwarm();
        SwarmMember seed = AddSeed(swarm, Nowhere);
        await swarm.ReadyAsync(seed);
        TorrentOptions options = TestSwarm.LeecherOptions(seed.EndPoint);
        SwarmMember leecher = swarm.Add(swarm.NextAddress(), swarm.NextFolder(), options, dht: At(Nowhere));
        await swarm.UntilAsync(() => leecher.Now.DhtNodes == 1 && seed.Now.DhtNodes == 1, "each knows the other's node");
        await swarm.EndAsync();
    }

    [Fact]
    public async Task A_private_torrent_never_touches_it()
    {
        await using var swarm = new TestSwarm(new TestTorrent().AsPrivate());
        var heard = new TaskCompletionSource<Handshake>();
        ScriptedHost host = swarm.AddHost(async session =>
        {
            heard.TrySetResult(await session.HandshakeAsync(ReservedBits.Own.WithDht(true)));
            await session.SendWholeAsync();
            await session.SendAsync(new PortMessage(ScriptedHost.Port));
            await session.ServeAsync();
        });
        SwarmMember leecher = swarm.Add(swarm.NextAddress(), swarm.NextFolder(), TestSwarm.LeecherOptions(host.EndPoint), dht: At(Router));
        await swarm.UntilDoneAsync(leecher);
        await swarm.PassAsync(900);
        (await heard.Task).Reserved.HasDht.Should().BeFalse();
        swarm.Datagrams.SentBy(leecher.Address).Should().Be(0, "nothing wanted the node");
        leecher.Now.DhtNodes.Should().BeNull();
        await swarm.EndAsync();
    }

    [Fact]
    public async Task The_handshake_tells_that_the_client_takes_part()
    {
        await using var swarm = new TestSwarm();
        var heard = new TaskCompletionSource<Handshake>();
        ScriptedHost host = swarm.AddHost(async session =>
        {
            heard.TrySetResult(await session.HandshakeAsync());
            await session.SendWholeAsync();
            await session.ServeAsync();
        });
        SwarmMember leecher = swarm.Add(swarm.NextAddress(), swarm.NextFolder(), TestSwarm.LeecherOptions(host.EndPoint), dht: At(Nowhere));
        await swarm.UntilDoneAsync(leecher);
        (await heard.Task).Reserved.HasDht.Should().BeTrue();
        await swarm.EndAsync();
    }

    [Fact]
    public async Task A_magnet_that_turns_out_private_leaves_at_once_and_keeps_only_peers_that_a_tracker_or_the_user_named()
    {
        await using var swarm = new TestSwarm(new TestTorrent().AsPrivate());
        await using var router = new FreeNode(swarm, Router);
        ScriptedHost stranger = swarm.AddHost(session => session.SeedWithMetadataAsync());
        await FreeNode.AnnounceForAsync(swarm, stranger);
        SwarmMember leecher = AddMagnet(swarm, Router);
        await swarm.UntilAsync(() => leecher.Torrent.Metainfo is not null, "the metadata comes from whom the DHT named");
        await swarm.UntilAsync(() => leecher.ClosedOf(stranger.Address) > 0, "the stranger is dropped");
        leecher.Notices.Of<PeerNotice>().First().Origin.Should().Be(PeerOrigin.Dht);
        leecher.Notices.Of<PeerNotice>().Last().Reason.Should().Contain("private");
        int dials = swarm.Network.DialsTo(stranger.Address);
        int searches = leecher.Notices.Of<DhtNotice>().Count();
        await swarm.PassAsync(900);
        swarm.Network.DialsTo(stranger.Address).Should().Be(dials, "it is forgotten");
        leecher.Now.DhtNodes.Should().BeNull();
        leecher.Now.PiecesHave.Should().Be(0);
        leecher.Notices.Of<DhtNotice>().Should().HaveCount(searches, "nothing is searched for any more");

        // A peer that dials us is accepted, because it may have received our address from a tracker.
        stranger.Dial(leecher.EndPoint);
        await swarm.UntilDoneAsync(leecher);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task A_port_that_cannot_be_had_leaves_the_torrent_without_the_table()
    {
        await using var swarm = new TestSwarm();
        SwarmMember seed = AddSeed(swarm, Nowhere);
        await swarm.ReadyAsync(seed);
        string address = swarm.NextAddress();
        using IDatagramSocket taken = swarm.Datagrams.Open(address, ScriptedHost.Port);
        SwarmMember leecher = swarm.Add(address, swarm.NextFolder(), TestSwarm.LeecherOptions(seed.EndPoint), dht: At(seed.Address));
        await swarm.UntilDoneAsync(leecher);
        leecher.Now.DhtNodes.Should().BeNull();
        await swarm.EndAsync();
    }

    private static SwarmMember AddSeed(TestSwarm swarm, string node)
    {
        string folder = swarm.NextFolder();
        swarm.Data.WriteContent(folder);
        return swarm.Add(swarm.NextAddress(), folder, TestSwarm.LeecherOptions(), dht: At(node));
    }

    private static SwarmMember AddMagnet(TestSwarm swarm, string node, params ImmutableArray<string> named) => swarm.Add(
        swarm.NextAddress(),
        swarm.NextFolder(),
        TestSwarm.LeecherOptions(),
        link: new Pieces.Metadata.MagnetLink { InfoHash = swarm.Data.Metainfo.InfoHash, Nodes = named },
        dht: At(node));

    /// <summary>A node that belongs to no client.</summary>
    private sealed class FreeNode : IAsyncDisposable
    {
        private readonly DatagramHub _hub;

        public FreeNode(TestSwarm swarm, string address)
        {
            _hub = new DatagramHub(swarm.Datagrams.Open(address, ScriptedHost.Port), swarm.Time, NullLogger.Instance);
            Node = new DhtNode(new DhtOptions { Routers = [], TimeProvider = swarm.Time, Random = new Random(77) }, _hub);
            _hub.Start();
            Node.Start();
        }

        public DhtNode Node { get; }

        /// <summary>Announces a host that has no node of its own to this node.</summary>
        public static async Task AnnounceForAsync(TestSwarm swarm, ScriptedHost host)
        {
            await using var hub = new DatagramHub(swarm.Datagrams.Open(host.Address, 7000), swarm.Time, NullLogger.Instance);
            DnsEndPoint router = new(Router, ScriptedHost.Port);
            await using var node = new DhtNode(
                new DhtOptions { Routers = [], Bootstrap = [router], TimeProvider = swarm.Time, Random = new Random(78) }, hub);
            hub.Start();
            node.Start();
            await swarm.UntilAsync(() => node.Stats.NodesV4 == 1, "the node is known");
            var search = new DhtSearch { Target = NodeId.Of(swarm.Data.Metainfo.Swarms[0]), WantsPeers = true, AnnouncedPort = ScriptedHost.Port };
            int keepers = 0;
            for (int i = 0; i < 5 && keepers == 0; i++)
            {
                // On a busy machine the clock of the test may run ahead of a reply, so the announce is repeated.
                Task<DhtSearchResult> announcing = node.SearchAsync(search, onPeers: null, CancellationToken.None);
                await swarm.UntilAsync(() => announcing.IsCompleted, "the search is over");
                keepers = (await announcing).Keepers;
            }

            keepers.Should().Be(1);
        }

        public async ValueTask DisposeAsync()
        {
            await Node.DisposeAsync();
            await _hub.DisposeAsync();
        }
    }
}
