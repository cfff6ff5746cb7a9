using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Pieces.Net;
using Pieces.Tests.Support;

namespace Pieces.Tests.Net;

[Trait("Tier", "Pure")]
public class UdpPortTests
{
    private const string Address = "10.0.0.1";

    private readonly InMemoryDatagrams _network = new();
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task It_has_the_number_of_the_listener_and_is_opened_once()
    {
        int opened = 0;
        await using var port = new UdpPort(
            new PortState(6889),
            (isV6, number) =>
            {
                opened++;
                return _network.Host(Address)(isV6, number);
            },
            _time,
            NullLogger.Instance);
        _network.HasPort(Address).Should().BeFalse("nothing is opened before it is wanted");
        port.TryOpen(out _).Should().BeTrue();
        port.TryOpen(out _).Should().BeTrue();
        opened.Should().Be(2, "one for each family");
        port.NumberFor(IPAddress.Parse("10.0.0.2")).Should().Be(6889);
        port.NumberFor(IPAddress.Parse("::ffff:10.0.0.2")).Should().Be(6889);
        port.NumberFor(IPAddress.Parse("2001:db8::2")).Should().BeNull();
    }

    [Fact]
    public async Task A_port_that_is_taken_is_said_each_time_and_not_tried_again()
    {
        IDatagramSocket other = _network.Open(Address, 6881);
        await using UdpPort port = Port();
        for (int i = 0; i < 2; i++)
        {
            port.TryOpen(out string fault).Should().BeFalse();
            fault.Should().Be("address already in use");
            other.Dispose();
        }

        port.TrySend("x"u8, CompactEndPoint.From(IPAddress.Parse("10.0.0.2"), 1)).Should().BeFalse();
        port.Hubs.Should().BeEmpty();
    }

    [Fact]
    public async Task Without_any_family_there_is_no_port()
    {
        await using var port = new UdpPort(new PortState(), (_, _) => null, _time, NullLogger.Instance);
        port.TryOpen(out string fault).Should().BeFalse();
        fault.Should().Be("this system has no network");
    }

    [Fact]
    public async Task Closing_gives_the_port_back_for_good()
    {
        UdpPort port = Port();
        port.TryOpen(out _).Should().BeTrue();
        await port.DisposeAsync();
        _network.HasPort(Address).Should().BeFalse();
        port.TryOpen(out _).Should().BeFalse();
        _network.HasPort(Address).Should().BeFalse();
    }

    [Fact]
    public void A_change_of_either_port_is_told_and_the_routers_is_announced()
    {
        int changes = 0;
        var state = new PortState();
        state.Changed += () => changes++;
        (state.Bound, state.External, state.Announced).Should().Be((0, null, 0));
        state.SetBound(6881);
        state.SetBound(6881);
        (state.Bound, state.External, state.Announced, changes).Should().Be((6881, null, 6881, 1));
        state.SetExternal(7000);
        (state.Bound, state.External, state.Announced, changes).Should().Be((6881, 7000, 7000, 2));
        state.SetExternal(null);
        (state.Bound, state.External, state.Announced, changes).Should().Be((6881, null, 6881, 3));
    }

    private UdpPort Port() => new(new PortState(6881), _network.Host(Address), _time, NullLogger.Instance);
}
