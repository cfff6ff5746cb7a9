using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using Pieces.Net;
using Pieces.Tests.Support;
using Pieces.Trackers;

namespace Pieces.Tests.Trackers;

[Trait("Tier", "Loopback")]
public class UdpTrackerTests
{
    private const int Connect = 0;
    private const int Announce = 1;
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_connects_and_announces()
    {
        using var server = new FakeUdpTracker();
        using UdpTracker tracker = TrackerOf(server);
        Task<AnnounceResponse> asked = tracker.AnnounceAsync(Announces.Of(), Token);
        await server.AnswerConnectAsync(77);
        Request announce = await server.AnswerAnnounceAsync();
        announce.Connection.Should().Be(77);
        (await asked).Peers.Should().Equal(IPEndPoint.Parse("192.168.0.1:6990"));
    }

    [Fact]
    public async Task A_connection_id_is_used_for_sixty_seconds()
    {
        using var server = new FakeUdpTracker();
        using UdpTracker tracker = TrackerOf(server);
        await ConnectAndAnnounceAsync(server, tracker);

        _time.Advance(TimeSpan.FromSeconds(59));
        Task<AnnounceResponse> second = tracker.AnnounceAsync(Announces.Of(), Token);
        (await server.AnswerAnnounceAsync()).Action.Should().Be(Announce, "no connect comes first");
        await second;

        _time.Advance(TimeSpan.FromSeconds(1));
        await ConnectAndAnnounceAsync(server, tracker);
    }

    [Fact]
    public async Task A_forgotten_connection_is_made_anew()
    {
        using var server = new FakeUdpTracker();
        using UdpTracker tracker = TrackerOf(server);
        await ConnectAndAnnounceAsync(server, tracker);
        Task<AnnounceResponse> asked = tracker.AnnounceAsync(Announces.Of(), Token);
        Request stale = await server.ReceiveAsync();
        await server.SendAsync(stale, 3, "old connection"u8.ToArray());
        await server.AnswerConnectAsync(78);
        await server.AnswerAnnounceAsync();
        (await asked).Peers.Should().HaveCount(1);
    }

    [Fact]
    public async Task Silence_is_answered_by_repeating_after_4_then_8_seconds()
    {
        using var server = new FakeUdpTracker();
        using UdpTracker tracker = TrackerOf(server);
        Task<AnnounceResponse> asked = tracker.AnnounceAsync(Announces.Of(), Token);
        await server.ReceiveAsync();
        _time.Advance(TimeSpan.FromSeconds(4));
        await server.ReceiveAsync();
        _time.Advance(TimeSpan.FromSeconds(7.9));
        server.HasMore.Should().BeFalse();
        _time.Advance(TimeSpan.FromSeconds(0.1));
        await server.AnswerConnectAsync(1);
        await server.AnswerAnnounceAsync();
        (await asked).Peers.Should().HaveCount(1);
    }

    [Fact]
    public async Task After_nine_requests_without_an_answer_it_gives_up()
    {
        using var server = new FakeUdpTracker();
        using UdpTracker tracker = TrackerOf(server);
        Task<AnnounceResponse> asked = tracker.AnnounceAsync(Announces.Of(), Token);
        for (int n = 0; n <= UdpTracker.MaxRepetitions; n++)
        {
            await server.ReceiveAsync();
            _time.Advance(TimeSpan.FromSeconds(4 * Math.Pow(2, n)));
        }

        (await asked.Invoking(task => task).Should().ThrowAsync<TrackerException>()).WithMessage("did not respond to 9 requests");
    }

    [Fact]
    public async Task What_does_not_fit_is_dropped_and_the_true_answer_still_counts()
    {
        using var server = new FakeUdpTracker();
        using var stranger = new FakeUdpTracker();
        using UdpTracker tracker = TrackerOf(server);
        Task<AnnounceResponse> asked = tracker.AnnounceAsync(Announces.Of(), Token);
        Request connect = await server.ReceiveAsync();
        await stranger.SendAsync(connect, 3, "not me"u8.ToArray());
        await server.SendAsync(connect with { Transaction = connect.Transaction + 1 }, Connect, new byte[8]);
        await server.SendAsync(connect, Connect, new byte[7]);
        await server.SendAsync(connect, Announce, new byte[12]);
        await server.SendRawAsync(connect, [1, 2, 3]);
        await server.SendRawAsync(connect, []);
        await server.SendAsync(connect, Connect, [0, 0, 0, 0, 0, 0, 0, 5]);
        (await server.AnswerAnnounceAsync()).Connection.Should().Be(5);
        (await asked).Peers.Should().HaveCount(1);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public async Task An_answer_is_read_to_its_limit(int more, int read)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the system reports a datagram that does not fit as an error");
        const int HeaderLength = 8;
        byte[] rest = new byte[UdpTrackerCodec.MaxAnswerLength - HeaderLength + (more * CompactPeers.LengthV4)];
        Convert.FromHexString("000007080000000100000001").CopyTo(rest, 0);
        Convert.FromHexString("c0a800011b4e").CopyTo(rest, rest.Length - CompactPeers.LengthV4);
        using var server = new FakeUdpTracker();
        using UdpTracker tracker = TrackerOf(server);
        Task<AnnounceResponse> asked = tracker.AnnounceAsync(Announces.Of(), Token);
        await server.AnswerConnectAsync(1);
        await server.SendAsync(await server.ReceiveAsync(), Announce, rest);
        (await asked).Peers.Should().HaveCount(read, "all peers before the last one have no port");
    }

    [Fact]
    public async Task An_error_is_a_refusal()
    {
        using var server = new FakeUdpTracker();
        using UdpTracker tracker = TrackerOf(server);
        Task<AnnounceResponse> asked = tracker.AnnounceAsync(Announces.Of(), Token);
        await server.AnswerConnectAsync(1);
        await server.SendAsync(await server.ReceiveAsync(), 3, "go\u0007 away"u8.ToArray());
        (await asked.Invoking(task => task).Should().ThrowAsync<TrackerException>()).WithMessage("refused: go\\x07 away")
            .Which.IsRefusal.Should().BeTrue();
    }

    [Fact]
    public async Task A_port_where_nobody_listens_is_told_at_once()
    {
        using var tracker = new UdpTracker(
            new Uri($"udp://127.0.0.1:{FreePort.Find()}/announce"),
            new TrackerSettings { Outbound = new Outbound(), Addresses = new AddressPolicy(), TimeProvider = _time },
            new Random(1));
        (await tracker.Invoking(it => it.AnnounceAsync(Announces.Of(), Token)).Should().ThrowAsync<TrackerException>()).WithMessage(
            "connection refused");
    }

    [Fact]
    public async Task The_caller_can_give_up()
    {
        using var server = new FakeUdpTracker();
        using UdpTracker tracker = TrackerOf(server);
        using var giveUp = new CancellationTokenSource();
        Task<AnnounceResponse> asked = tracker.AnnounceAsync(Announces.Of(), giveUp.Token);
        await server.ReceiveAsync();
        await giveUp.CancelAsync();
        await asked.Invoking(task => task).Should().ThrowAsync<OperationCanceledException>();
    }

    private static async Task ConnectAndAnnounceAsync(FakeUdpTracker server, UdpTracker tracker)
    {
        Task<AnnounceResponse> asked = tracker.AnnounceAsync(Announces.Of(), Token);
        await server.AnswerConnectAsync(42);
        await server.AnswerAnnounceAsync();
        await asked;
    }

    private UdpTracker TrackerOf(FakeUdpTracker server) =>
        new(
            new Uri($"udp://{server.Address}/announce"),
            new TrackerSettings { Outbound = new Outbound(), Addresses = new AddressPolicy(), TimeProvider = _time },
            new Random(15));

    private sealed record Request(IPEndPoint From, long Connection, int Action, uint Transaction);

    private sealed class FakeUdpTracker : IDisposable
    {
        private static int _count;

        // On an address of its own: a program of another test may still send to a tracker that had this port before.
        private readonly UdpClient _socket = new(new IPEndPoint(NextAddress(), 0));

        public IPEndPoint Address => (IPEndPoint)_socket.Client.LocalEndPoint!;

        public bool HasMore => _socket.Available > 0;

        public void Dispose() => _socket.Dispose();

        public async Task<Request> ReceiveAsync()
        {
            UdpReceiveResult received = await _socket.ReceiveAsync(Token);
            return new Request(
                received.RemoteEndPoint,
                BinaryPrimitives.ReadInt64BigEndian(received.Buffer),
                BinaryPrimitives.ReadInt32BigEndian(received.Buffer.AsSpan(8)),
                BinaryPrimitives.ReadUInt32BigEndian(received.Buffer.AsSpan(12)));
        }

        public async Task AnswerConnectAsync(long id)
        {
            Request connect = await ReceiveAsync();
            connect.Action.Should().Be(Connect);
            byte[] bytes = new byte[8];
            BinaryPrimitives.WriteInt64BigEndian(bytes, id);
            await SendAsync(connect, Connect, bytes);
        }

        public async Task<Request> AnswerAnnounceAsync()
        {
            Request announce = await ReceiveAsync();
            announce.Action.Should().Be(Announce);
            await SendAsync(announce, Announce, Convert.FromHexString("000007080000000100000001c0a800011b4e"));
            return announce;
        }

        public Task SendAsync(Request to, int action, byte[] rest)
        {
            byte[] bytes = new byte[8 + rest.Length];
            BinaryPrimitives.WriteInt32BigEndian(bytes, action);
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4), to.Transaction);
            rest.CopyTo(bytes, 8);
            return SendRawAsync(to, bytes);
        }

        public async Task SendRawAsync(Request to, byte[] bytes) => await _socket.SendAsync(bytes, to.From, Token);

        // macOS has no other loopback address than the first.
        private static IPAddress NextAddress() =>
            OperatingSystem.IsMacOS() ? IPAddress.Loopback : new IPAddress([127, 88, 0, (byte)Interlocked.Increment(ref _count)]);
    }
}
