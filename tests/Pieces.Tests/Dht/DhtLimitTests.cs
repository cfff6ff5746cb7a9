using System.Net;
using Pieces.Dht;
using Pieces.Dht.Lookups;
using Pieces.Dht.Messages;
using Pieces.Dht.Queries;
using Pieces.Net;
using static Pieces.Tests.Dht.DhtText;

namespace Pieces.Tests.Dht;

/// <summary>Limits of the node's queues, of its searches and of what a search accepts.</summary>
[Trait("Tier", "Pure")]
public class DhtLimitTests
{
    private readonly Random _random = new(1);
    private readonly DhtHarness _bench = new();

    [Fact]
    public void One_datagram_too_many_is_dropped_until_one_is_taken()
    {
        var inbox = new DhtInbox();
        for (int i = 0; i <= DhtInbox.MaxDatagrams; i++)
            inbox.Post([(byte)'d'], World(i));
        inbox.Post(null).Should().BeTrue("commands and ticks always have room");
        inbox.TryTake(out DhtEvent first).Should().BeTrue();
        first.Release();
        inbox.Post([(byte)'d'], World(0));
        int left = 0;
        while (inbox.TryTake(out DhtEvent e))
        {
            left += e.IsTick ? 0 : 1;
            e.Release();
        }

        left.Should().Be(DhtInbox.MaxDatagrams);
    }

    [Fact]
    public void One_pending_query_too_many_is_refused()
    {
        var manager = new QueryManager(_bench.Shared, askedHosts: null);
        var query = new KrpcQuery { Method = KrpcMethod.Ping, Sender = NodeId.Create(_random) };
        for (int i = 0; i < QueryManager.MaxPending; i++)
        {
            if (i == QueryManager.OverallBurst)
                _bench.Clock.Now += TimeSpan.FromSeconds(1);
            manager.Ask(query, World(i), id: null, new Nobody()).Should().Be(AskOutcome.Sent);
        }

        manager.Ask(query, World(QueryManager.MaxPending), id: null, new Nobody()).Should().Be(AskOutcome.Later);
        _bench.Sent.Should().HaveCount(QueryManager.MaxPending);
    }

    [Fact]
    public void One_search_too_many_waits_unless_it_is_urgent()
    {
        for (int i = 0; i < 30; i++)
        {
            CompactEndPoint at = World(i);
            _bench.Shared.V4.Table.OnReply(new NodeContact(SecureNodeId.Create(at, _random), at), TimeSpan.Zero, TimeSpan.Zero);
        }

        var manager = new QueryManager(_bench.Shared, askedHosts: null);
        var scheduler = new LookupScheduler(_bench.Shared, manager, new PeerStore(_random));
        for (int i = 0; i <= LookupScheduler.MaxRunning; i++)
            scheduler.Start(_bench.Shared.V4, SearchOf(), sink: null);
        Targets().Should().Be(LookupScheduler.MaxRunning);
        scheduler.Start(_bench.Shared.V4, SearchOf(), sink: null, isUrgent: true);
        Targets().Should().Be(LookupScheduler.MaxRunning + 1);
        scheduler.Count.Should().Be(LookupScheduler.MaxRunning + 2);
    }

    [Fact]
    public void One_named_node_too_many_evicts_the_oldest()
    {
        for (int i = 0; i <= TableKeeper.MaxEntrances; i++)
            _bench.Core.AddNode(World(i));
        _bench.Shared.V4.Entrances.Should().Equal(Enumerable.Range(1, TableKeeper.MaxEntrances).Select(World));
    }

    [Fact]
    public void A_search_accepts_peers_to_its_limit()
    {
        var log = new SearchLog();
        Run(log, [.. Enumerable.Range(0, LookupRun.MaxPeers + 1).Select(World)]);
        log.Peers.Should().Equal(Enumerable.Range(0, LookupRun.MaxPeers).Select(World));
    }

    [Fact]
    public void A_search_accepts_peers_of_one_node_to_its_limit()
    {
        var log = new SearchLog();
        (LookupRun run, QueryManager manager) = Run(log, []);
        (KrpcQuery query, CompactEndPoint node) = _bench.TakeQuery();
        PendingQuery pending = manager.Take(query.Transaction, node)!;
        run.OnReply(pending, new KrpcReply
        {
            Transaction = query.Transaction,
            Sender = pending.Id!.Value,
            Values = [.. Enumerable.Range(100, LookupRun.MaxPeersOfNode + 1).Select(World)],
        });
        log.Peers.Should().Equal(Enumerable.Range(100, LookupRun.MaxPeersOfNode).Select(World));
    }

    [Fact]
    public void A_node_that_does_not_answer_an_announce_is_sent_it_to_the_limit()
    {
        var log = new SearchLog();
        (LookupRun run, QueryManager manager) = Run(log, []);
        (KrpcQuery query, CompactEndPoint node) = _bench.TakeQuery();
        PendingQuery pending = manager.Take(query.Transaction, node)!;
        run.OnReply(pending, new KrpcReply { Transaction = query.Transaction, Sender = pending.Id!.Value, Token = Bytes("token") });
        int announces = 0;
        for (int i = 0; i < 10 * LookupRun.MaxAnnounces && log.Result is null; i++)
        {
            while (_bench.Sent.TryDequeue(out (KrpcMessage Message, CompactEndPoint To, int Length) sent))
                announces += sent.Message is KrpcQuery { Method: KrpcMethod.AnnouncePeer } ? 1 : 0;
            _bench.Clock.Now += TimeSpan.FromMinutes(1);
            manager.Tick(_ => { });
        }

        announces.Should().Be(LookupRun.MaxAnnounces);
        log.Result.Should().NotBeNull();
    }

    private static CompactEndPoint World(int number) =>
        CompactEndPoint.From(new IPAddress([20, (byte)(number / 250), (byte)(number % 250), 1]), 6881);

    private DhtSearch SearchOf() => new() { Target = NodeId.Create(_random), WantsPeers = true, AnnouncedPort = 6881 };

    // Runs a search that knows one node, and peers that were announced to us.
    private (LookupRun Run, QueryManager Manager) Run(SearchLog log, IReadOnlyList<CompactEndPoint> stored)
    {
        var manager = new QueryManager(_bench.Shared, askedHosts: null);
        var run = new LookupRun(_bench.Shared, _bench.Shared.V4, manager, SearchOf(), log);
        run.Begin([Fitting("84.124.73.14:1", _random)], [], stored);
        run.Pump();
        return (run, manager);
    }

    private int Targets() => _bench.Sent.Select(sent => ((KrpcQuery)sent.Message).Target).Distinct().Count();

    private sealed class Nobody : IQueryOwner
    {
        public void OnReply(PendingQuery query, KrpcReply reply)
        {
        }

        public void OnSlow(PendingQuery query)
        {
        }

        public void OnLost(PendingQuery query)
        {
        }
    }
}
