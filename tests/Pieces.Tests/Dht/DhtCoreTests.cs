using Pieces.Dht;
using Pieces.Dht.Lookups;
using Pieces.Dht.Messages;
using Pieces.Dht.Queries;
using Pieces.Net;
using static Pieces.Tests.Dht.DhtText;

namespace Pieces.Tests.Dht;

[Trait("Tier", "Pure")]
public class DhtCoreTests
{
    private static readonly NodeId Swarm = Id("mnopqrstuvwxyz123456");
    private readonly Random _random = new(1);
    private readonly DhtHarness _bench = new();

    [Fact]
    public void Only_an_answer_from_where_it_was_asked_with_its_number_is_believed()
    {
        NodeContact node = Fitting("84.124.73.14:1", _random);
        _bench.Core.AddNode(node.EndPoint);
        _bench.Core.Tick();
        (KrpcQuery query, CompactEndPoint to) = _bench.TakeQuery();
        to.Should().Be(node.EndPoint);
        query.Transaction.Length.Should().Be(4);
        var reply = new KrpcReply { Transaction = query.Transaction, Sender = node.Id };
        _bench.Reply(reply, At("84.124.73.14:2"));
        _bench.Reply(reply, At("84.124.73.15:1"));
        _bench.Reply(reply with { Transaction = Bytes("xxxx") }, node.EndPoint);
        _bench.Reply(reply with { Transaction = query.Transaction[..3] }, node.EndPoint);
        _bench.Core.Stats.NodesV4.Should().Be(0);
        _bench.Reply(reply, node.EndPoint);
        _bench.Core.Stats.NodesV4.Should().Be(1);
        _bench.Reply(reply with { Sender = NodeId.Create(_random) }, node.EndPoint);
        _bench.Core.Stats.NodesV4.Should().Be(1, "a question has one answer");
    }

    [Fact]
    public void Every_answer_tells_where_the_question_came_from_and_has_at_most_1024_bytes()
    {
        for (int i = 0; i < 60; i++)
            _bench.Shared.V4.Table.OnReply(Fitting($"20.{i}.1.1:1", _random), TimeSpan.Zero, TimeSpan.Zero);
        for (int i = 0; i < 60; i++)
            _bench.Shared.V6.Table.OnReply(Fitting($"[2001:{i:x}::1]:1", _random), TimeSpan.Zero, TimeSpan.Zero);
        for (int i = 1; i < 200; i++)
            Announce(At($"30.1.1.{i}:7"));
        CompactEndPoint asker = At("84.124.73.14:1");
        foreach (bool counts in new[] { false, true })
        {
            var query = new KrpcQuery
            {
                Transaction = new byte[KrpcReader.MaxTransactionLength],
                Method = KrpcMethod.GetPeers,
                Sender = NodeId.Create(_random),
                Target = Swarm,
                Want = KrpcWant.V4 | KrpcWant.V6,
                WantsCounts = counts,
            };
            var reply = (KrpcReply)_bench.Ask(query, asker)!;
            _bench.Sent.First().Length.Should().BeInRange(900, QueryAnswerer.MaxLength);
            reply.External.Should().Be(asker);
            reply.Nodes.Should().HaveCount(8);
            (reply.Nodes6?.Count ?? 0).Should().Be(counts ? 0 : 8);
            reply.Values!.Count.Should().BeGreaterThan(5);
            reply.Token.Length.Should().Be(TokenMint.Length);
            reply.PeerFilter.Length.Should().Be(counts ? ScrapeFilter.Length : 0);
        }
    }

    [Fact]
    public void An_announce_needs_the_token_and_implied_ports_count()
    {
        CompactEndPoint peer = At("84.124.73.14:1000");
        KrpcQuery announce = Question(KrpcMethod.AnnouncePeer) with { Target = Swarm, Port = 7, Token = Bytes("12345678") };
        ((KrpcFault)_bench.Ask(announce, peer)!).Code.Should().Be(KrpcFault.Protocol);
        Announce(peer, 7);
        Announce(At("84.124.73.15:1000"), 7, isImplied: true);
        var reply = (KrpcReply)_bench.Ask(Question(KrpcMethod.GetPeers) with { Target = Swarm }, At("9.9.9.9:9"))!;
        reply.Values!.Select(value => $"{value}").Should().BeEquivalentTo("84.124.73.14:7", "84.124.73.15:1000");
        _bench.Pass(PeerStore.Lifetime + TimeSpan.FromMinutes(1));
        _bench.Core.Stats.StoredPeers.Should().Be(0);
    }

    [Fact]
    public void A_read_only_node_answers_nothing_and_says_so_in_its_questions_and_others_of_that_kind_are_not_kept()
    {
        var quiet = new DhtHarness(new DhtOptions { IsReadOnly = true });
        quiet.Ask(Question(KrpcMethod.Ping), At("9.9.9.9:9")).Should().BeNull();
        quiet.Core.Receive(Bytes("d1:ade1:q4:ping1:t2:aa1:y1:qe"), At("9.9.9.9:9"));
        quiet.Sent.Should().BeEmpty();
        quiet.Core.AddNode(At("9.9.9.9:9"));
        quiet.Core.Tick();
        quiet.TakeQuery().Query.IsReadOnly.Should().BeTrue();

        _bench.Ask(Question(KrpcMethod.Ping) with { IsReadOnly = true }, At("9.9.9.9:9")).Should().BeOfType<KrpcReply>();
        _bench.Sent.Should().ContainSingle("it is answered, but not asked back");
        _bench.Ask(Question(KrpcMethod.Ping), At("9.9.9.9:9"));
        _bench.Sent.Should().HaveCount(2, "it is answered and asked back");
    }

    [Fact]
    public void Our_id_follows_our_address_when_four_networks_name_it()
    {
        NodeId before = _bench.Shared.V4.Id;
        for (int i = 0; i < 6; i++)
        {
            _bench.Meet(Fitting($"20.{i}.1.1:1", _random), seesUsAt: At("84.124.73.14:5"));
            _bench.Shared.V4.Id.Equals(before).Should().Be(i < ExternalAddressVote.Quorum - 1);
        }

        SecureNodeId.Fits(_bench.Shared.V4.Id, At("84.124.73.14:5")).Should().BeTrue();
        _bench.Core.Stats.NodesV4.Should().BeGreaterThan(3, "the nodes are kept");
        _bench.Core.Recall().IdV4.Should().Be(_bench.Shared.V4.Id);
    }

    [Fact]
    public void A_remembered_id_is_used_until_our_address_is_another_one()
    {
        NodeId earlier = SecureNodeId.Create(At("84.124.73.14:1"), _random);
        _bench.Core.Remember(new DhtMemory { IdV4 = earlier, Nodes = [Fitting("20.1.1.1:1", _random)] });
        _bench.Core.Tick();
        (KrpcQuery query, CompactEndPoint to) = _bench.TakeQuery();
        query.Sender.Should().Be(earlier);
        to.Should().Be(At("20.1.1.1:1"));
    }

    [Fact]
    public void A_search_passes_on_peers_once_and_announces_to_those_that_gave_a_token()
    {
        NodeContact node = Fitting("84.124.73.14:1", _random);
        _bench.Meet(node);
        var log = new SearchLog();
        _bench.Core.Search(new DhtSearch { Target = Swarm, WantsPeers = true, AnnouncedPort = 6881, IsSeed = true }, log);
        (KrpcQuery query, _) = _bench.TakeQuery();
        query.Should().BeEquivalentTo(new { Method = KrpcMethod.GetPeers, Target = Swarm });
        CompactEndPoint peer = At("1.2.3.4:5");
        _bench.Reply(
            new KrpcReply
            {
                Transaction = query.Transaction,
                Sender = node.Id,
                Token = Bytes("token"),
                Values = [peer, peer, At("0.0.0.0:5"), At("1.2.3.4:0"), At("192.168.0.1:5"), At("127.0.0.1:5")],
            },
            node.EndPoint);
        log.Peers.Should().Equal([peer], "each once, and none that can be nobody's");
        (KrpcQuery announce, CompactEndPoint keeper) = _bench.TakeQuery();
        keeper.Should().Be(node.EndPoint);
        announce.Should().BeEquivalentTo(new { Method = KrpcMethod.AnnouncePeer, Target = Swarm, Port = 6881, IsPortImplied = false, IsSeed = true });
        Text(announce.Token).Should().Be("token");
        log.Result.Should().BeNull();
        _bench.Reply(new KrpcReply { Transaction = announce.Transaction, Sender = node.Id }, node.EndPoint);
        log.Result.Should().BeEquivalentTo(new { Queries = 2, Answers = 1, Peers = 1, Keepers = 1, Hops = 1 });
    }

    [Fact]
    public void A_search_ends_with_nothing_when_nobody_answers_or_nobody_is_known()
    {
        var alone = new SearchLog();
        _bench.Core.Search(new DhtSearch { Target = Swarm, WantsPeers = true }, alone);
        alone.Result.Should().BeEquivalentTo(new { Queries = 0, Answers = 0 });
        _bench.Meet(Fitting("84.124.73.14:1", _random));
        var log = new SearchLog();
        _bench.Core.Search(new DhtSearch { Target = Swarm, WantsPeers = true }, log);
        _bench.Pass(TimeSpan.FromSeconds(5));
        log.Result.Should().BeEquivalentTo(new { Queries = 1, Answers = 0, Peers = 0 });
    }

    [Fact]
    public void A_network_that_takes_no_datagram_ends_a_search_at_once()
    {
        _bench.Meet(Fitting("84.124.73.14:1", _random));
        _bench.IsReachable = false;
        var log = new SearchLog();
        _bench.Core.Search(new DhtSearch { Target = Swarm, WantsPeers = true }, log);
        log.Result.Should().NotBeNull();
    }

    [Fact]
    public void Nobody_makes_us_ask_one_address_again_and_again()
    {
        NodeContact victim = new(NodeId.Create(_random), At("99.99.99.99:80"));
        NodeContact liar = Fitting("84.124.73.14:1", _random);
        _bench.Meet(liar);
        int asked = 0;
        for (int i = 0; i < 200; i++)
        {
            _bench.Core.Search(new DhtSearch { Target = NodeId.Create(_random), WantsPeers = true }, new SearchLog());
            while (_bench.Sent.Count > 0)
            {
                (KrpcMessage message, CompactEndPoint to, _) = _bench.Sent.Dequeue();
                asked += to == victim.EndPoint ? 1 : 0;
                if (to == liar.EndPoint && message is KrpcQuery query)
                    _bench.Reply(new KrpcReply { Transaction = query.Transaction, Sender = liar.Id, Nodes = [victim] }, to);
            }

            _bench.Pass(TimeSpan.FromMilliseconds(100));
        }

        asked.Should().BeInRange(1, QueryManager.HostBurst + (int)(20 * QueryManager.HostRate));
    }

    [Fact]
    public void Both_networks_are_searched_and_each_helps_the_other_at_the_beginning()
    {
        var dual = new DhtHarness(withV6: true);
        NodeContact v4 = Fitting("84.124.73.14:1", _random);
        NodeContact v6 = Fitting("[2001:db8::1]:1", _random);
        dual.Core.AddNode(v4.EndPoint);
        dual.Core.Tick();
        (KrpcQuery query, _) = dual.TakeQuery();
        query.Want.Should().Be(KrpcWant.V4 | KrpcWant.V6);
        dual.Reply(new KrpcReply { Transaction = query.Transaction, Sender = v4.Id, Nodes6 = [v6] }, v4.EndPoint);
        dual.Pass(TimeSpan.FromSeconds(1));
        (KrpcQuery query6, CompactEndPoint to6) = dual.TakeQuery();
        to6.Should().Be(v6.EndPoint);
        dual.Reply(new KrpcReply { Transaction = query6.Transaction, Sender = v6.Id }, v6.EndPoint);
        dual.Pass(TimeSpan.FromSeconds(30));
        dual.Sent.Clear();
        dual.Core.Search(new DhtSearch { Target = Swarm, WantsPeers = true }, new SearchLog());
        dual.Sent.Select(sent => $"{sent.To}").Should().BeEquivalentTo($"{v4.EndPoint}", $"{v6.EndPoint}");
    }

    private KrpcQuery Question(KrpcMethod method) =>
        new() { Transaction = Bytes("aa"), Method = method, Sender = NodeId.Create(_random), Target = Swarm };

    private void Announce(CompactEndPoint from, int port = 7, bool isImplied = false)
    {
        var reply = (KrpcReply)_bench.Ask(Question(KrpcMethod.GetPeers), from)!;
        KrpcQuery announce = Question(KrpcMethod.AnnouncePeer) with { Port = port, IsPortImplied = isImplied, Token = reply.Token };
        _bench.Ask(announce, from).Should().BeOfType<KrpcReply>();
    }
}
