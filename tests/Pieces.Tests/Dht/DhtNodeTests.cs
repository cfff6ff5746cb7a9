using System.Net;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Pieces.Dht;
using Pieces.Dht.Lookups;
using Pieces.Dht.Messages;
using Pieces.Dht.Queries;
using Pieces.Net;
using Pieces.Primitives;
using static Pieces.Tests.Dht.DhtText;

namespace Pieces.Tests.Dht;

/// <summary>Whole nodes with their loops, on loopback and on a socket that the test controls.</summary>
[Trait("Tier", "Loopback")]
public sealed class DhtNodeTests : IAsyncDisposable
{
    private static readonly SwarmKey Swarm = SwarmKey.FromBytes("mnopqrstuvwxyz123456"u8);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string _folder = Directory.CreateTempSubdirectory("pieces-dht-").FullName;
    private readonly List<IAsyncDisposable> _owned = [];

    public async ValueTask DisposeAsync()
    {
        for (int i = _owned.Count - 1; i >= 0; i--)
            await _owned[i].DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_fault_in_one_datagram_does_not_end_the_node()
    {
        var faulty = CompactEndPoint.From(IPAddress.Parse("127.0.0.7"), 0);
        var addresses = new AddressPolicy(endPoint => endPoint == faulty ? throw new InvalidOperationException("a bug") : false);
        UdpDatagramSocket Open(string address) =>
            (UdpDatagramSocket)new Outbound(new LocalBinding(IPAddress.Parse(address))).OpenUdp(isV6: false, 0)!;
        await using var hub = new DatagramHub(Open("127.0.0.1"), TimeProvider.System, NullLogger.Instance);
        await using var node = new DhtNode(new DhtOptions { AllowLoopback = true, Addresses = addresses, Random = new Random(1) }, hub);
        node.Start();
        hub.Start();
        byte[] question = Bytes("d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe");
        var to = CompactEndPoint.From(IPAddress.Loopback, hub.Port);
        using UdpDatagramSocket bad = Open("127.0.0.7"), good = Open("127.0.0.8");
        for (int i = 0; i < 3; i++)
            bad.TrySend(question, to).Should().BeTrue();
        good.TrySend(question, to).Should().BeTrue();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        (await good.ReceiveAsync(new byte[1500], patience.Token)).Length.Should().BeGreaterThan(0);
    }

    [Fact]
    public async Task A_peer_that_one_node_announces_another_one_finds()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        (DhtNode first, int firstPort) = StartOnLoopback();
        (DhtNode second, _) = StartOnLoopback(firstPort);
        (DhtNode third, _) = StartOnLoopback(firstPort);
        await Interop.Eventually.TrueAsync(
            () => second.Stats.IsReady && third.Stats.IsReady && first.Stats.NodesV4 >= 2,
            Patience,
            () => "the nodes to meet",
            cancellationToken);
        var announce = new DhtSearch { Target = NodeId.Of(Swarm), WantsPeers = true, AnnouncedPort = 4321 };
        // A very late reply, as on a busy machine, no longer counts, so the search is repeated.
        await Interop.Eventually.TrueAsync(
            async () => (await second.SearchAsync(announce, onPeers: null, cancellationToken)).Keepers == 2,
            Patience,
            () => "both others to remember it",
            cancellationToken);
        List<IPEndPoint> found = [];
        await Interop.Eventually.TrueAsync(
            async () =>
            {
                found.Clear();
                await foreach (IPEndPoint peer in third.FindPeersAsync(Swarm, cancellationToken))
                    found.Add(peer);
                return found.Count > 0;
            },
            Patience,
            () => "the third to find it",
            cancellationToken);
        found.Should().Equal(new IPEndPoint(IPAddress.Loopback, 4321));
        found.Clear();
        await foreach (IPEndPoint peer in first.FindPeersAsync(Swarm, cancellationToken))
            found.Add(peer);
        found.Should().Equal([new IPEndPoint(IPAddress.Loopback, 4321)], "what was announced to us we need not ask for");
    }

    [Fact]
    public async Task A_node_remembers_over_runs_whom_it_knew()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        string cache = Path.Combine(_folder, "pieces", "dht");
        (DhtNode first, int firstPort) = StartOnLoopback();
        (DhtNode second, _) = StartOnLoopback(firstPort, cache);
        await Interop.Eventually.TrueAsync(() => second.Stats.NodesV4 == 1, Patience, () => "the nodes to meet", cancellationToken);
        await second.DisposeAsync();
        DhtCacheFile.TryRead(cache, out _)!.Nodes.Select(node => node.EndPoint).Should().Equal(At($"127.0.0.1:{firstPort}"));

        (DhtNode again, _) = StartOnLoopback(bootstrapPort: null, cache);
        await Interop.Eventually.TrueAsync(() => again.Stats.NodesV4 == 1, Patience, () => "the old friend to be found", cancellationToken);
        first.Stats.Received.Should().BeGreaterThan(0);
    }

    [Fact]
    public async Task Routers_are_found_by_name_asked_and_not_kept()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        (DhtNode other, int otherPort) = StartOnLoopback();
        (_, int routerPort) = StartOnLoopback(otherPort);
        int tries = 0;
        DhtNode node = Start(new DhtOptions
        {
            AllowLoopback = true,
            Routers = [new DnsEndPoint("router.example", routerPort)],
            Resolve = (host, _) => Task.FromResult(host == "router.example" && ++tries > 0 ? new[] { IPAddress.Loopback } : []),
        }).Node;
        await Interop.Eventually.TrueAsync(() => node.Stats.NodesV4 == 1, Patience, () => "a node that the router names", cancellationToken);
        tries.Should().BeGreaterThan(0);
        other.Stats.Answered.Should().BeGreaterThan(0);
    }

    [Fact]
    public async Task A_flood_of_noise_neither_stops_the_node_nor_fills_its_memory()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using var socket = new HeldSocket();
        // The clock is not advanced, so that the query stays pending however long the flood takes.
        var time = new FakeTimeProvider();
        await using var hub = new DatagramHub(socket, time, NullLogger.Instance);
        await using var node = new DhtNode(new DhtOptions { Routers = [], Random = new Random(1), TimeProvider = time }, hub);
        hub.Start();
        node.Start();
        node.AddNode(IPEndPoint.Parse("84.124.73.14:1"));
        (byte[] datagram, CompactEndPoint to) = await socket.Sent.Reader.ReadAsync(cancellationToken);
        var query = (KrpcQuery)KrpcReader.TryRead(datagram)!;

        byte[] noise = new byte[300];
        var random = new Random(2);
        for (int i = 0; i < 100_000; i++)
        {
            random.NextBytes(noise);
            noise[0] = (byte)'d';
            noise[^1] = (byte)'e';
            await socket.DeliverAsync(noise, At($"20.{i % 250}.{i / 250 % 250}.1:1"));
        }

        byte[] reply = new KrpcWriter([]).Write(new KrpcReply { Transaction = query.Transaction, Sender = NodeId.Create(random) }).ToArray();
        await socket.DeliverAsync(reply, to);
        await Interop.Eventually.TrueAsync(() => node.Stats.NodesV4 == 1, Patience, () => "the answer to be heard", cancellationToken);
        node.Stats.Received.Should().BeLessThan(50, "only datagrams that share a filter slot with a node we queried pass the gate");
    }

    [Fact]
    public async Task Whoever_waits_for_a_search_hears_of_it_when_the_node_ends()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using var socket = new HeldSocket();
        await using var hub = new DatagramHub(socket, TimeProvider.System, NullLogger.Instance);
        var node = new DhtNode(new DhtOptions { Routers = [] }, hub);
        hub.Start();
        node.Start();
        node.AddNode(IPEndPoint.Parse("84.124.73.14:1"));
        Task<DhtSearchResult> search = node.SearchAsync(new DhtSearch { Target = NodeId.Of(Swarm), WantsPeers = true }, null, cancellationToken);
        await socket.Sent.Reader.ReadAsync(cancellationToken);
        await node.DisposeAsync();
        (await search).Answers.Should().Be(0);
        (await node.SearchAsync(new DhtSearch { Target = NodeId.Of(Swarm) }, null, cancellationToken)).Queries.Should().Be(0, "it has ended");
    }

    [Fact]
    public async Task An_announcer_searches_at_once_and_says_what_it_found()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        (DhtNode first, int firstPort) = StartOnLoopback();
        (DhtNode second, _) = StartOnLoopback(firstPort);
        await Interop.Eventually.TrueAsync(
            () => second.Stats.IsReady && first.Stats.NodesV4 == 1, Patience, () => "the nodes to meet", cancellationToken);
        var (one, other) = (new SinkLog(1111), new SinkLog(2222));
        await using var announcer = new DhtAnnouncer(first, Swarm, one, new DhtOptions());
        announcer.Start();
        await Interop.Eventually.TrueAsync(() => one.Searches > 0, Patience, () => "the first search", cancellationToken);

        // If a reply came too late, an announcer would repeat the announce only after a quarter of an hour.
        var again = new DhtSearch { Target = NodeId.Of(Swarm), WantsPeers = true, AnnouncedPort = 1111 };
        await Interop.Eventually.TrueAsync(
            async () => second.Stats.StoredPeers == 1 || (await first.SearchAsync(again, onPeers: null, cancellationToken)).Keepers == 1,
            Patience,
            () => "the other to remember it",
            cancellationToken);
        await using var announcer2 = new DhtAnnouncer(second, Swarm, other, new DhtOptions());
        announcer2.Start();
        await Interop.Eventually.TrueAsync(() => other.Searches > 0, Patience, () => "the second search", cancellationToken);
        other.Peers.Should().Equal(new IPEndPoint(IPAddress.Loopback, 1111));
    }

    private (DhtNode Node, int Port) StartOnLoopback(int? bootstrapPort = null, string? cache = null) => Start(new DhtOptions
    {
        AllowLoopback = true,
        Routers = [],
        Bootstrap = bootstrapPort is { } port ? [new DnsEndPoint("127.0.0.1", port)] : [],
        CacheFile = cache,
    });

    private (DhtNode Node, int Port) Start(DhtOptions options)
    {
        var outbound = new Outbound(new LocalBinding(IPAddress.Loopback));
        var hub = new DatagramHub(outbound.OpenUdp(isV6: false, 0)!, TimeProvider.System, NullLogger.Instance);
        _owned.Add(hub);
        var node = new DhtNode(options, hub);
        _owned.Add(node);
        hub.Start();
        node.Start();
        return (node, hub.Port);
    }

    private sealed class SinkLog(int port) : IDhtSink
    {
        private int _searches;

        public List<IPEndPoint> Peers { get; } = [];

        public int Searches => Volatile.Read(ref _searches);

        public int? AnnouncedPort => port;

        public bool IsSeed => false;

        public void OnDhtPeers(IReadOnlyList<IPEndPoint> peers) => Peers.AddRange(peers);

        public void OnDhtSearched(DhtSearchResult result) => Interlocked.Increment(ref _searches);
    }

    /// <summary>A socket that returns the datagrams of the test one by one, and records the datagrams that are sent.</summary>
    private sealed class HeldSocket : IDatagramSocket
    {
        private readonly Channel<(byte[] Datagram, CompactEndPoint From)> _incoming = Channel.CreateBounded<(byte[], CompactEndPoint)>(64);

        public Channel<(byte[] Datagram, CompactEndPoint To)> Sent { get; } = Channel.CreateUnbounded<(byte[], CompactEndPoint)>();

        public bool IsV6 => false;

        public int Port => 6881;

        public ValueTask DeliverAsync(byte[] datagram, CompactEndPoint from) => _incoming.Writer.WriteAsync(((byte[])datagram.Clone(), from));

        public async ValueTask<(int Length, CompactEndPoint From)> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            (byte[] datagram, CompactEndPoint from) = await _incoming.Reader.ReadAsync(cancellationToken);
            datagram.CopyTo(buffer);
            return (datagram.Length, from);
        }

        public bool TrySend(ReadOnlySpan<byte> datagram, CompactEndPoint to) => Sent.Writer.TryWrite((datagram.ToArray(), to));

        public CompactEndPoint? AddressTowards(CompactEndPoint to) => null;

        public void Dispose() => _incoming.Writer.TryComplete();
    }
}
