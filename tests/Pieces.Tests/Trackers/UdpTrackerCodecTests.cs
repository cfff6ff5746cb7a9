using System.Net;
using System.Net.Sockets;
using Pieces.Net;
using Pieces.Trackers;

namespace Pieces.Tests.Trackers;

[Trait("Tier", "Pure")]
public class UdpTrackerCodecTests
{
    private const uint Transaction = 1000000009;

    private static readonly AddressPolicy Policy = new();

    [Fact]
    public void Connect_is_written_as_BEP_15_says()
    {
        byte[] buffer = new byte[64];
        int length = UdpTrackerCodec.WriteConnect(buffer, Transaction);
        Convert.ToHexStringLower(buffer.AsSpan(0, length)).Should().Be("0000041727101980000000003b9aca09");
    }

    [Fact]
    public void Connect_answer_is_read()
    {
        UdpTrackerCodec.TryReadConnect(Hex("00000000 3b9aca09 0123456789abcdef"), Transaction, out long connection).Should().BeTrue();
        connection.Should().Be(0x0123456789abcdef);
    }

    [Fact]
    public void Announce_is_written_as_BEP_15_says()
    {
        var request = new AnnounceRequest(
            Announces.InfoHash, Announces.PeerId, 6889, new AnnounceCounters(long.MaxValue - 3, long.MaxValue - 1, long.MaxValue - 2),
            AnnounceEvent.Started, 50, 1000000007, default);
        byte[] buffer = new byte[UdpTrackerCodec.MaxAnnounceLength];
        int length = UdpTrackerCodec.WriteAnnounce(buffer, -1, Transaction, request, "");
        buffer.AsSpan(0, length).ToArray().Should().Equal(Hex(
            "ffffffffffffffff 00000001 3b9aca09 626974746f7272656e742d696e666f686173682d 626974746f7272656e742d706565722d69642d2d "
            + "7ffffffffffffffe 7ffffffffffffffd 7ffffffffffffffc 00000002 00000000 3b9aca07 00000032 1ae9"));
    }

    [Fact]
    public void Path_and_query_go_behind_the_announce_as_BEP_41_says() =>
        Options("/announce?k=v1").Should().Equal(Hex("02 0e 2f616e6e6f756e63653f6b3d7631 00"));

    [Fact]
    public void Long_URL_data_goes_in_several_options_and_is_cut_where_the_datagram_is_full()
    {
        Options("/" + new string('x', 299)).Should().HaveCount(2 + 255 + 2 + 45 + 1);
        Options("/" + new string('x', 5000)).Should().HaveCount(UdpTrackerCodec.MaxAnnounceLength - 98);
    }

    [Fact]
    public void Announce_answer_is_read()
    {
        UdpTrackerCodec.TryReadAnnounce(
            Hex("00000001 3b9aca09 00000708 00000064 00000100 c0a800011b4e c0a800021b4f"), Transaction, AddressFamily.InterNetwork, Policy,
            out AnnounceResponse answer).Should().BeTrue();
        answer.Interval.Should().Be(TimeSpan.FromSeconds(1800));
        answer.Leechers.Should().Be(100);
        answer.Seeders.Should().Be(256);
        answer.Peers.Should().Equal(IPEndPoint.Parse("192.168.0.1:6990"), IPEndPoint.Parse("192.168.0.2:6991"));
    }

    [Fact]
    public void Announce_answer_over_IPv6_has_longer_peers()
    {
        UdpTrackerCodec.TryReadAnnounce(
            Hex("00000001 3b9aca09 00000708 00000001 00000002 20010db80000000000000000000000011ae1"), Transaction, AddressFamily.InterNetworkV6,
            Policy, out AnnounceResponse answer).Should().BeTrue();
        answer.Peers.Should().Equal(IPEndPoint.Parse("[2001:db8::1]:6881"));
    }

    [Fact]
    public void An_error_for_our_transaction_is_a_refusal()
    {
        Action read = () => UdpTrackerCodec.TryReadAnnounce(
            Hex("00000003 3b9aca09 62616420696e666f2d68617368"), Transaction, AddressFamily.InterNetwork, Policy, out _);
        read.Should().Throw<TrackerException>().WithMessage("refused: bad info-hash").Which.IsRefusal.Should().BeTrue();
    }

    [Fact]
    public void An_error_for_another_transaction_is_dropped() =>
        UdpTrackerCodec.TryReadConnect(Hex("00000003 3b9aca08 62616420"), Transaction, out _).Should().BeFalse();

    [Theory]
    [InlineData("")]
    [InlineData("00000003 3b9aca")]
    [InlineData("00000001 3b9aca09 00000708 00000064 000001")]
    [InlineData("00000001 3b9aca08 00000708 00000064 00000100")]
    [InlineData("00000002 3b9aca09 00000708 00000064 00000100")]
    [InlineData("00000000 3b9aca09 00000708 00000064 00000100")]
    public void Answers_that_are_short_or_do_not_fit_are_dropped(string answer) =>
        UdpTrackerCodec.TryReadAnnounce(Hex(answer), Transaction, AddressFamily.InterNetwork, Policy, out _).Should().BeFalse();

    [Fact]
    public void A_connect_answer_of_15_bytes_is_dropped() =>
        UdpTrackerCodec.TryReadConnect(Hex("00000000 3b9aca09 0123456789abcd"), Transaction, out _).Should().BeFalse();

    [Fact]
    public void An_incomplete_last_peer_is_left_out()
    {
        UdpTrackerCodec.TryReadAnnounce(
            Hex("00000001 3b9aca09 00000708 00000064 00000100 c0a800011b4e c0a8"), Transaction, AddressFamily.InterNetwork, Policy,
            out AnnounceResponse answer).Should().BeTrue();
        answer.Peers.Should().ContainSingle();
    }

    [Fact]
    public void Scrape_is_written_and_read_as_BEP_15_says()
    {
        byte[] buffer = new byte[64];
        int length = UdpTrackerCodec.WriteScrape(buffer, -1, Transaction, Announces.InfoHash);
        buffer.AsSpan(0, length).ToArray().Should().Equal(Hex("ffffffffffffffff 00000002 3b9aca09 626974746f7272656e742d696e666f686173682d"));
        UdpTrackerCodec.TryReadScrape(Hex("00000002 3b9aca09 00000001 00000002 00000003"), Transaction, out ScrapeResponse answer).Should().BeTrue();
        answer.Should().Be(new ScrapeResponse(1, 2, 3));
    }

    [Fact]
    public void Random_datagrams_never_do_harm()
    {
        var random = new Random(15);
        byte[] datagram = new byte[64];
        for (int i = 0; i < 2_000; i++)
        {
            int length = random.Next(datagram.Length);
            random.NextBytes(datagram);
            datagram.AsSpan(0, 3).Clear();
            datagram[3] &= 3;
            uint transaction = BitConverter.ToUInt32([datagram[7], datagram[6], datagram[5], datagram[4]]);
            Action read = () => UdpTrackerCodec.TryReadAnnounce(datagram.AsSpan(0, length), transaction, AddressFamily.InterNetwork, Policy, out _);
            if (datagram[3] == 3 && length >= 8)
                read.Should().Throw<TrackerException>();
            else
                read.Should().NotThrow();
        }
    }

    private static byte[] Hex(string text) => Convert.FromHexString(text.Replace(" ", "", StringComparison.Ordinal));

    private static byte[] Options(string urlData)
    {
        byte[] buffer = new byte[UdpTrackerCodec.MaxAnnounceLength];
        int length = UdpTrackerCodec.WriteAnnounce(buffer, 0, 0, Announces.Of(), urlData);
        return buffer[98..length];
    }
}
