using Pieces.Dht;
using Pieces.Dht.Lookups;
using Pieces.Dht.Messages;
using Pieces.Dht.Queries;
using Pieces.Net;
using Pieces.Tests.Dht.Simulation;

namespace Pieces.Tests.Dht;

/// <summary>A DHT core. The test reads the datagrams that it sends, and sends the replies.</summary>
internal sealed class DhtHarness : IDhtWire
{
    private readonly KrpcWriter _writer = new("XX00"u8);
    private readonly Dictionary<CompactEndPoint, (NodeId Id, CompactEndPoint? SeesUsAt)> _friends = [];

    public DhtHarness(DhtOptions? options = null, bool withV6 = false)
    {
        options ??= new DhtOptions();
        Shared = new DhtShared(options with { Routers = [], TimeProvider = Clock, Random = new Random(77) }, this);
        Core = new DhtCore(Shared, Asked);
        Core.Open(isV6: false);
        if (withV6)
            Core.Open(isV6: true);
    }

    public SimClock Clock { get; } = new();

    public DhtShared Shared { get; }

    public DhtCore Core { get; }

    public AskedHosts Asked { get; } = new(1);

    /// <summary>The messages that the core has sent and that the test has not taken yet, in order.</summary>
    public Queue<(KrpcMessage Message, CompactEndPoint To, int Length)> Sent { get; } = new();

    /// <summary>Whether the system accepts datagrams to send.</summary>
    public bool IsReachable { get; set; } = true;

    /// <summary>Our own address as the system reports it.</summary>
    public CompactEndPoint? OwnAddress { get; set; }

    public CompactEndPoint? AddressTowards(CompactEndPoint to) => OwnAddress;

    public bool TrySend(ReadOnlySpan<byte> datagram, CompactEndPoint to)
    {
        if (IsReachable)
            Sent.Enqueue((KrpcReader.TryRead(datagram.ToArray())!, to, datagram.Length));
        return IsReachable;
    }

    public void Pass(TimeSpan time)
    {
        Clock.Now += time;
        Core.Tick();
    }

    /// <summary>Takes the oldest query of the core.</summary>
    public (KrpcQuery Query, CompactEndPoint To) TakeQuery()
    {
        while (Sent.TryDequeue(out (KrpcMessage Message, CompactEndPoint To, int Length) sent))
        {
            if (sent.Message is KrpcQuery query)
                return (query, sent.To);
        }

        throw new InvalidOperationException("nothing was asked");
    }

    /// <summary>Sends a query to the core and returns its reply.</summary>
    public KrpcMessage? Ask(KrpcQuery query, CompactEndPoint from)
    {
        Sent.Clear();
        Core.Receive(_writer.Write(query).ToArray(), from);
        return Sent.Select(sent => sent.Message).FirstOrDefault(message => message is not KrpcQuery);
    }

    public void Reply(KrpcReply reply, CompactEndPoint from) => Core.Receive(_writer.Write(reply).ToArray(), from);

    /// <summary>
    /// Makes a node known to the core. The node is added by its address. It answers all queries of the next half minute, and so do the nodes that
    /// were added in this way before.
    /// </summary>
    /// <param name="node">The node.</param>
    /// <param name="seesUsAt">Our address as its replies report it.</param>
    public void Meet(NodeContact node, CompactEndPoint? seesUsAt = null)
    {
        _friends[node.EndPoint] = (node.Id, seesUsAt);
        Core.AddNode(node.EndPoint);
        Core.Tick();
        for (int i = 0; i < 300; i++)
        {
            while (Sent.TryDequeue(out (KrpcMessage Message, CompactEndPoint To, int Length) sent))
            {
                if (sent.Message is KrpcQuery query && _friends.TryGetValue(sent.To, out (NodeId Id, CompactEndPoint? SeesUsAt) friend))
                    Reply(new KrpcReply { Transaction = query.Transaction, Sender = friend.Id, External = friend.SeesUsAt }, sent.To);
            }

            Pass(TimeSpan.FromMilliseconds(100));
        }

        Sent.Clear();
    }
}

/// <summary>Records the results of a search.</summary>
internal sealed class SearchLog : IDhtSearchSink
{
    public List<CompactEndPoint> Peers { get; } = [];

    public DhtSearchResult? Result { get; private set; }

    public bool IsWanted { get; set; } = true;

    public void OnPeers(IReadOnlyList<CompactEndPoint> peers) => Peers.AddRange(peers);

    public void OnDone(DhtSearchResult result) => Result = Result is null ? result : throw new InvalidOperationException("it was done already");
}
