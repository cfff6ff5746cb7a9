using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Pieces.Net;
using Pieces.Tests.Support;

namespace Pieces.Tests.Net;

/// <summary>A uTP connection attempt gets one RESET of the same length. Other packets get no response.</summary>
[Trait("Tier", "Pure")]
public sealed class UtpRefusalTests : IAsyncDisposable
{
    private const string Own = "10.0.0.1";
    private const string Syn = "41001234000003e80000000000100000beef0000";

    // A captured SYN of libtorrent, which has a window of 0 and a random sequence number.
    private const string LibtorrentSyn = "4100be8a82296edb000000000000000093510000";

    private readonly FakeTimeProvider _time = new();
    private readonly RecordingSocket _socket = new();
    private readonly UdpPort _port;
    private readonly UtpRefusal _refusal;

    public UtpRefusalTests()
    {
        _port = new UdpPort(new PortState(6881), (isV6, _) => isV6 ? null : _socket, _time, NullLogger.Instance);
        _port.TryOpen(out _).Should().BeTrue();
        _refusal = RefusalBy(new AddressPolicy());
    }

    public ValueTask DisposeAsync() => _port.DisposeAsync();

    [Theory]
    [InlineData(Syn, "31001234", "beef")]
    [InlineData(LibtorrentSyn, "3100be8a", "9351")]
    public void A_SYN_gets_a_RESET_of_its_connection_that_acknowledges_it(string syn, string beginning, string acknowledged)
    {
        Take(syn).Should().BeTrue();
        (string reset, CompactEndPoint to) = _socket.Sent.Should().ContainSingle().Subject;
        reset.Should().HaveLength(2 * UtpHeader.Length).And.StartWith(beginning).And.EndWith(acknowledged);
        reset[8..32].Should().Be(new string('0', 24), "times and window are 0");
        to.Should().Be(From("10.0.0.2"));
    }

    [Fact]
    public void A_SYN_with_the_extension_of_libutp_gets_one_too()
    {
        Take("4102" + Syn[4..] + "0008" + "0000000000000000").Should().BeTrue();
        _socket.Sent.Should().ContainSingle().Which.Bytes.Should().HaveLength(2 * UtpHeader.Length, "never longer than what it replies to");
    }

    [Theory]
    [InlineData("01001235000003e80000000000100000000270006162")]
    [InlineData("11001235000003e8000000000010000000037001")]
    [InlineData("21001235000003e8000000000010000000037001")]
    [InlineData("31001235000003e8000000000010000000037001")]
    public void No_other_packet_gets_a_reply(string packet)
    {
        Take(packet).Should().BeTrue("it is uTP");
        _socket.Sent.Should().BeEmpty();
    }

    [Theory]
    [InlineData("41")]
    [InlineData("41001234000003e80000000000100000beef00")]
    [InlineData("41011234000003e80000000000100000beef0000")]
    [InlineData("41011234000003e80000000000100000beef000000")]
    [InlineData("41011234000003e80000000000100000beef00000004")]
    [InlineData("41011234000003e80000000000100000beef00000104830100000005")]
    [InlineData(Syn + "00")]
    public void Nothing_malformed_gets_a_reply(string packet)
    {
        Take(packet).Should().BeTrue("it is uTP");
        _socket.Sent.Should().BeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("64313a7131")]
    [InlineData("42001234000003e80000000000100000beef0000")]
    [InlineData("51001234000003e80000000000100000beef0000")]
    [InlineData("00000000000003e80000000000100000beef0000")]
    public void What_is_not_uTP_is_left_to_others(string packet)
    {
        Take(packet).Should().BeFalse();
        _socket.Sent.Should().BeEmpty();
    }

    [Fact]
    public void One_host_gets_its_budget_whatever_its_ports_and_another_still_gets_replies()
    {
        for (int i = 0; i < 3 * UtpRefusal.HostBurst; i++)
            Take(Syn, From("10.0.0.2", 1000 + i));
        _socket.Sent.Should().HaveCount(UtpRefusal.HostBurst);
        Take(Syn, From("10.0.0.3"));
        _socket.Sent.Should().HaveCount(UtpRefusal.HostBurst + 1);

        _time.Advance(TimeSpan.FromSeconds(1));
        for (int i = 0; i < 3 * UtpRefusal.HostBurst; i++)
            Take(Syn, From("10.0.0.2", 1000 + i));
        _socket.Sent.Should().HaveCount(UtpRefusal.HostBurst + 1 + (int)UtpRefusal.HostRate);
    }

    [Fact]
    public void An_IPv6_network_of_64_bits_has_one_budget()
    {
        for (int i = 0; i < 3 * UtpRefusal.HostBurst; i++)
            Take(Syn, From($"2001:db8::{i:x}"));
        _socket.Tries.Should().Be(0, "there is no socket for IPv6");
        using var socket = new RecordingSocket { IsV6 = true };
        var port = new UdpPort(new PortState(6881), (isV6, _) => isV6 ? socket : null, _time, NullLogger.Instance);
        port.TryOpen(out _).Should().BeTrue();
        var refusal = new UtpRefusal(port, new AddressPolicy(), _time, salt: 1);
        for (int i = 0; i < 3 * UtpRefusal.HostBurst; i++)
            refusal.TryTake(Convert.FromHexString(Syn), From($"2001:db8::{i:x}")).Should().BeTrue();
        socket.Sent.Should().HaveCount(UtpRefusal.HostBurst);
    }

    [Fact]
    public void All_hosts_together_have_a_budget()
    {
        for (int i = 0; i < 4 * UtpRefusal.OverallBurst; i++)
            Take(Syn, From($"10.1.{i / 250}.{1 + (i % 250)}"));
        _socket.Sent.Should().HaveCount(UtpRefusal.OverallBurst);
        _time.Advance(TimeSpan.FromSeconds(1));
        for (int i = 0; i < 4 * UtpRefusal.OverallBurst; i++)
            Take(Syn, From($"10.2.{i / 250}.{1 + (i % 250)}"));
        _socket.Sent.Should().HaveCount(UtpRefusal.OverallBurst + (int)UtpRefusal.OverallRate);
    }

    [Theory]
    [InlineData("10.0.0.2", 0)]
    [InlineData("255.255.255.255", 5)]
    [InlineData("224.0.0.1", 5)]
    public void Where_no_single_host_is_nothing_is_sent(string address, int port)
    {
        Take(Syn, From(address, port)).Should().BeTrue();
        _socket.Sent.Should().BeEmpty();
    }

    [Fact]
    public void A_blocked_address_gets_nothing()
    {
        UtpRefusal blocking = RefusalBy(new AddressPolicy(address => address == From("10.0.0.2", 0)));
        blocking.TryTake(Convert.FromHexString(Syn), From("10.0.0.2")).Should().BeTrue();
        _socket.Sent.Should().BeEmpty();
        blocking.TryTake(Convert.FromHexString(Syn), From("10.0.0.3")).Should().BeTrue();
        _socket.Sent.Should().ContainSingle();
    }

    private static CompactEndPoint From(string address, int port = 6881) => CompactEndPoint.From(IPAddress.Parse(address), port);

    private UtpRefusal RefusalBy(AddressPolicy addresses) => new(_port, addresses, _time, salt: 1);

    private bool Take(string hex, CompactEndPoint? from = null) => _refusal.TryTake(Convert.FromHexString(hex), from ?? From("10.0.0.2"));

    private sealed class RecordingSocket : IDatagramSocket
    {
        public List<(string Bytes, CompactEndPoint To)> Sent { get; } = [];

        public int Tries { get; private set; }

        public bool IsV6 { get; init; }

        public int Port => 6881;

        public async ValueTask<(int Length, CompactEndPoint From)> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            throw new InvalidOperationException();
        }

        public bool TrySend(ReadOnlySpan<byte> datagram, CompactEndPoint to)
        {
            Tries++;
            Sent.Add((Convert.ToHexStringLower(datagram), to));
            return true;
        }

        public CompactEndPoint? AddressTowards(CompactEndPoint to) => From(Own, 0);

        public void Dispose()
        {
        }
    }
}
