using System.Net;
using Pieces.Dht;
using Pieces.Dht.Messages;
using Pieces.Dht.Queries;
using Pieces.Net;
using Pieces.Tests.Support;
using Pieces.Tests.Swarm;
using static Pieces.Tests.Dht.DhtText;

namespace Pieces.Tests.Dht;

/// <summary>Does not run in parallel with other tests, because it measures the memory of the whole process.</summary>
[Collection(SwarmCollection.Name)]
[Trait("Tier", "Swarm")]
public class DhtMemoryUseTests
{
    private const long Limit = 4 * 1024 * 1024;

    [Fact]
    public void A_node_with_full_tables_and_a_full_store_stays_under_four_MiB()
    {
        var random = new Random(1);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        var bench = new DhtHarness(withV6: true);
        for (int i = 0; i < 20_000; i++)
        {
            var host = new IPAddress([20, (byte)(i >> 8), (byte)i, 1]);
            bench.Shared.V4.Table.OnReply(Near(bench.Shared.V4.Id, CompactEndPoint.From(host, 1), i), TimeSpan.Zero, TimeSpan.Zero);
            bench.Shared.V6.Table.OnReply(Near(bench.Shared.V6.Id, At($"[2001:{i:x}::1]:1"), i), TimeSpan.Zero, TimeSpan.Zero);
        }

        for (int i = 0; i < 2 * PeerStore.MaxPeers; i++)
        {
            CompactEndPoint peer = CompactEndPoint.From(new IPAddress([30, (byte)(i >> 8), (byte)i, 1]), 1);
            NodeId swarm = IdOf((byte)(i % 200));
            var token = (KrpcReply)bench.Ask(Question(KrpcMethod.GetPeers, swarm), peer)!;
            bench.Ask(Question(KrpcMethod.AnnouncePeer, swarm) with { Port = 1, Token = token.Token.ToArray() }, peer);
        }

        bench.Sent.Clear();
        long used = GC.GetTotalMemory(forceFullCollection: true) - before;
        bench.Core.Stats.StoredPeers.Should().Be(PeerStore.MaxPeers);
        bench.Core.Stats.NodesV4.Should().BeGreaterThan(100);
        long waiting = DhtInbox.MaxDatagrams * DatagramHub.MaxDatagramLength;
        TestOutput.Write($"{used / 1024} KiB, and {waiting / 1024} KiB of datagrams that may wait");
        (used + waiting).Should().BeLessThan(Limit);
        GC.KeepAlive(bench);

        NodeContact Near(NodeId own, CompactEndPoint at, int number) => new(own.Near(number % 60, random), at);
        KrpcQuery Question(KrpcMethod method, NodeId target) =>
            new() { Transaction = Bytes("aa"), Method = method, Sender = NodeId.Create(random), Target = target };
    }
}
