using System.Net;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Pieces.Discovery;
using Pieces.Net;
using Pieces.Primitives;
using Pieces.Tests.Support;

namespace Pieces.Tests.Discovery;

[Trait("Tier", "Pure")]
public class LocalDiscoveryTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly MemoryLink _link = new();
    private readonly SwarmKey _shared = SwarmKey.FromBytes(Enumerable.Repeat((byte)0xA5, SwarmKey.Length).ToArray());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whoever_has_the_torrent_hears_of_whoever_begins_with_it()
    {
        await using LocalDiscovery here = Client("192.168.1.2", 6881);
        await using LocalDiscovery there = Client("192.168.1.3", 6882);
        var heard = new Heard();
        here.Add(_shared, heard);
        _time.Advance(LocalDiscovery.Gathering);
        there.Add(_shared, new Heard());
        _time.Advance(LocalDiscovery.Gathering);
        (await heard.NextAsync()).Should().Be(IPEndPoint.Parse("192.168.1.3:6882"));
    }

    [Fact]
    public async Task Torrents_that_begin_together_are_called_together_and_again_after_five_minutes()
    {
        await using LocalDiscovery here = Client("192.168.1.2", 6881);
        for (byte i = 0; i < LocalAnnouncement.MaxInfoHashes + 1; i++)
            here.Add(SwarmKey.FromBytes(Enumerable.Repeat(i, SwarmKey.Length).ToArray()), new Heard());
        _time.Advance(LocalDiscovery.Gathering);
        _link.Sent.Should().HaveCount(2);
        _time.Advance(LocalDiscovery.Interval - TimeSpan.FromSeconds(1));
        _link.Sent.Should().HaveCount(2);
        _time.Advance(TimeSpan.FromSeconds(1));
        _link.Sent.Should().HaveCount(4);
    }

    [Fact]
    public async Task Nothing_is_called_for_a_torrent_that_has_ended_or_while_nobody_can_connect()
    {
        await using LocalDiscovery here = Client("192.168.1.2", 6881);
        here.Add(_shared, new Heard());
        here.Remove(_shared);
        await using LocalDiscovery deaf = Client("192.168.1.4", 0);
        deaf.Add(_shared, new Heard());
        _time.Advance(LocalDiscovery.Interval * 2);
        _link.Sent.Should().BeEmpty();
    }

    [Fact]
    public async Task Neither_ones_own_call_nor_a_far_stranger_is_believed()
    {
        await using LocalDiscovery here = Client("192.168.1.2", 6881);
        var heard = new Heard();
        here.Add(_shared, heard);
        _time.Advance(LocalDiscovery.Gathering);
        byte[] call = new LocalAnnouncement(7000, [_shared], null).Write("239.192.152.143:6771");
        _link.Send(call, "8.8.8.8");
        _link.Send(call, "192.168.1.9");
        (await heard.NextAsync()).Should().Be(IPEndPoint.Parse("192.168.1.9:7000"));
    }

    [Fact]
    public async Task A_flood_of_one_host_does_not_silence_another()
    {
        await using LocalDiscovery here = Client("192.168.1.2", 6881);
        var heard = new Heard();
        here.Add(_shared, heard);
        _time.Advance(LocalDiscovery.Gathering);
        for (int i = 0; i < 5_000; i++)
            _link.Send(new LocalAnnouncement(1000 + i, [_shared], null).Write("239.192.152.143:6771"), "192.168.1.9");
        _link.Send(new LocalAnnouncement(7000, [_shared], null).Write("239.192.152.143:6771"), "192.168.1.7");
        await FakeTimeSteps.UntilAsync(() => _link.IsQuiet && heard.Count == LocalCallers.MaxPortsPerHost + 1, Token);
    }

    [Fact]
    public void A_host_has_two_ports_for_a_torrent_and_may_change_them_after_a_while()
    {
        var callers = new LocalCallers();
        TimeSpan now = TimeSpan.FromHours(1);
        for (int port = 1; port <= 100; port++)
            callers.Admits(CompactEndPoint.From(IPAddress.Parse("192.168.1.9"), port), now).Should().Be(port <= LocalCallers.MaxPortsPerHost);
        callers.Admits(CompactEndPoint.From(IPAddress.Parse("192.168.1.9"), 1), now).Should().BeTrue("it is known");
        now += LocalCallers.Lifetime + TimeSpan.FromSeconds(1);
        callers.Admits(CompactEndPoint.From(IPAddress.Parse("192.168.1.9"), 3), now).Should().BeTrue("the old ones have fallen silent");
    }

    [Fact]
    public void Hosts_that_are_made_up_fill_no_more_than_the_memory_for_them()
    {
        var callers = new LocalCallers();
        Enumerable.Range(0, 5000).Count(i => callers.Admits(CompactEndPoint.From(new IPAddress([10, 0, (byte)(i >> 8), (byte)i]), 1), TimeSpan.Zero))
            .Should().Be(LocalCallers.MaxPorts);
    }

    [Fact]
    public async Task A_flood_is_listened_to_no_more_than_a_little()
    {
        await using LocalDiscovery here = Client("192.168.1.2", 6881);
        var heard = new Heard();
        here.Add(_shared, heard);
        _time.Advance(LocalDiscovery.Gathering);
        for (int i = 0; i < 10_000; i++)
            _link.Send(new LocalAnnouncement(1000 + i, [_shared], null).Write("239.192.152.143:6771"), "192.168.1.9");
        await FakeTimeSteps.UntilAsync(() => _link.IsQuiet, Token);
        SwarmKey last = SwarmKey.FromBytes(new byte[SwarmKey.Length]);
        var end = new Heard();
        here.Add(last, end);
        _time.Advance(TimeSpan.FromSeconds(2));
        _link.Send(new LocalAnnouncement(1, [last], null).Write("239.192.152.143:6771"), "192.168.1.9");
        await end.NextAsync();
        heard.Count.Should().Be(LocalCallers.MaxPortsPerHost);
    }

    private LocalDiscovery Client(string address, int port) => new(new LocalDiscoveryOptions
    {
        TimeProvider = _time,
        Random = new Random(port),
        Logger = NullLogger.Instance,
        Ports = new PortState(port),
        Network = _link.Host(address),
    });

    private sealed class Heard : ILocalSink
    {
        private readonly Channel<IPEndPoint> _peers = Channel.CreateUnbounded<IPEndPoint>();

        public int Count => _peers.Reader.Count;

        public void OnLocalPeer(IPEndPoint peer) => _peers.Writer.TryWrite(peer);

        public async Task<IPEndPoint> NextAsync() => await _peers.Reader.ReadAsync(Token).AsTask().WaitAsync(TimeSpan.FromSeconds(60), Token);
    }
}
