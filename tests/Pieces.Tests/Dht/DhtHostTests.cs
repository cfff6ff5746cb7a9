using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Pieces.Dht;
using Pieces.Dht.Queries;
using Pieces.Net;
using Pieces.Tests.Support;
using Serilog.Core;
using Serilog.Events;
using Serilog.Extensions.Logging;

namespace Pieces.Tests.Dht;

/// <summary>How a client starts its node, and what happens if the UDP port cannot be opened.</summary>
[Trait("Tier", "Loopback")]
public sealed class DhtHostTests : IAsyncDisposable
{
    private const string Address = "10.0.0.1";

    private readonly InMemoryDatagrams _network = new();
    private readonly Warnings _warnings = new();
    private UdpPort? _port;

    public async ValueTask DisposeAsync()
    {
        if (_port is not null)
            await _port.DisposeAsync();
    }

    [Fact]
    public async Task The_first_who_wants_it_starts_it_on_the_port_of_the_listener()
    {
        await using DhtHost host = Host(new DhtOptions { Routers = [] });
        _network.HasPort(Address).Should().BeFalse();
        host.Node.Should().BeNull();
        host.PortFor(IPAddress.Parse("10.0.0.2")).Should().BeNull();
        DhtNode? node = host.Start();
        node.Should().NotBeNull();
        host.Start().Should().BeSameAs(node);
        host.Node.Should().BeSameAs(node);
        host.PortFor(IPAddress.Parse("10.0.0.2")).Should().Be(6881);
        host.PortFor(IPAddress.Parse("::ffff:10.0.0.2")).Should().Be(6881);
        host.PortFor(IPAddress.Parse("2001:db8::1")).Should().BeNull("it has no IPv6");
        await host.DisposeAsync();
        _network.HasPort(Address).Should().BeTrue("the port is the client's, which others use too");
        await _port!.DisposeAsync();
        _network.HasPort(Address).Should().BeFalse();
    }

    [Fact]
    public async Task One_that_answers_nobody_names_no_port()
    {
        await using DhtHost host = Host(new DhtOptions { Routers = [], IsReadOnly = true });
        host.Start().Should().NotBeNull();
        host.PortFor(IPAddress.Parse("10.0.0.2")).Should().BeNull();
    }

    [Fact]
    public async Task A_port_that_cannot_be_had_is_said_once()
    {
        using IDatagramSocket other = _network.Open(Address, 6881);
        await using DhtHost host = Host(new DhtOptions { Routers = [] });
        host.Start().Should().BeNull();
        host.Start().Should().BeNull();
        _warnings.All.Should().Equal("the DHT is not used: UDP port 6881 cannot be opened: address already in use");
    }

    [Fact]
    public async Task Sockets_of_the_system_have_the_same_number_in_both_families()
    {
        int port = FreePort.Find();
        await using UdpPort udp = PortOf(new Outbound(), port);
        await using var host = new DhtHost(new DhtOptions { Routers = [] }, udp);
        host.Start().Should().NotBeNull();
        host.PortFor(IPAddress.Loopback).Should().Be(port);
        if (Socket.OSSupportsIPv6)
            host.PortFor(IPAddress.IPv6Loopback).Should().Be(port);
    }

    [Fact]
    public async Task What_is_bound_to_an_address_has_no_socket_of_the_other_family_nor_one_elsewhere()
    {
        await using UdpPort udp = PortOf(new Outbound(new LocalBinding(IPAddress.Parse("127.0.0.3"))), 0);
        await using var host = new DhtHost(new DhtOptions { Routers = [] }, udp);
        host.Start().Should().NotBeNull();
        int port = host.PortFor(IPAddress.Loopback)!.Value;
        host.PortFor(IPAddress.IPv6Loopback).Should().BeNull();
        using IDatagramSocket beside = new Outbound(new LocalBinding(IPAddress.Parse("127.0.0.4"))).OpenUdp(isV6: false, port)!;
        beside.Port.Should().Be(port, "on another address it is free");

        Action gone = () => new Outbound(new LocalBinding(IPAddress.Parse("192.0.2.1"))).OpenUdp(isV6: false, 0);
        gone.Should().Throw<IOException>();
    }

    [Fact]
    public void A_closed_network_has_no_routers_answers_everybody_and_is_kept_nowhere()
    {
        var settings = new DhtSettings { IsReadOnly = true, CacheFile = "/cache" };
        (settings.ToOptions() is { IsReadOnly: true, CacheFile: "/cache", AllowLoopback: false, Routers.Length: > 0 }).Should().BeTrue();
        DhtOptions closed = (settings with { Bootstrap = [IPEndPoint.Parse("[::1]:7"), new DnsEndPoint("node.example", 8)] }).ToOptions();
        (closed is { IsReadOnly: false, CacheFile: null, AllowLoopback: true, Routers.IsEmpty: true }).Should().BeTrue();
        closed.Bootstrap.Select(node => (node.Host, node.Port)).Should().Equal(("::1", 7), ("node.example", 8));
    }

    private static UdpPort PortOf(Outbound outbound, int port) =>
        new(new PortState(port), outbound.OpenUdp, TimeProvider.System, NullLogger.Instance);

    private DhtHost Host(DhtOptions options)
    {
        var time = new FakeTimeProvider();
        _port = new UdpPort(new PortState(6881), _network.Host(Address), time, _warnings.Logger);
        return new DhtHost(options with { TimeProvider = time, Random = new Random(1), Logger = _warnings.Logger }, _port);
    }

    private sealed class Warnings : ILogEventSink
    {
        public Warnings() => Logger = new SerilogLoggerFactory(
            new Serilog.LoggerConfiguration().MinimumLevel.Warning().WriteTo.Sink(this).CreateLogger()).CreateLogger("");

        public Microsoft.Extensions.Logging.ILogger Logger { get; }

        public List<string> All { get; } = [];

        public void Emit(LogEvent logEvent) => All.Add(logEvent.RenderMessage(System.Globalization.CultureInfo.InvariantCulture));
    }
}
