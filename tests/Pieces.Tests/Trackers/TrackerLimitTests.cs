using System.Globalization;
using System.Net;
using System.Text;
using Pieces.Net;
using Pieces.Primitives;
using Pieces.Trackers;
using Pieces.Trackers.Server;

namespace Pieces.Tests.Trackers;

/// <summary>Limits of what trackers send, of their URLs, and of what our own tracker answers.</summary>
[Trait("Tier", "Pure")]
public class TrackerLimitTests
{
    [Theory]
    [InlineData(HttpTrackerAnswer.MaxNodes, true)]
    [InlineData(HttpTrackerAnswer.MaxNodes + 1, false)]
    public void An_answer_has_values_to_the_limit(int values, bool isRead)
    {
        // Besides the integers: the dictionary, its key and the list.
        Action read = () => Announced($"d1:xl{string.Concat(Enumerable.Repeat("i1e", values - 3))}ee");
        if (isRead)
            read.Should().NotThrow();
        else
            read.Should().Throw<TrackerException>();
    }

    [Theory]
    [InlineData(HttpTrackerAnswer.MaxTrackerIdLength, true)]
    [InlineData(HttpTrackerAnswer.MaxTrackerIdLength + 1, false)]
    public void A_tracker_id_is_kept_to_its_limit(int length, bool isKept) =>
        Announced($"d10:tracker id{length}:{new string('i', length)}e").TrackerId.Length.Should().Be(isKept ? length : 0);

    [Theory]
    [InlineData(HttpTrackerAnswer.MaxNames)]
    [InlineData(HttpTrackerAnswer.MaxNames + 1)]
    public void Names_of_peers_are_used_to_the_limit(int names)
    {
        string peers = string.Concat(Enumerable.Range(0, names).Select(i => $"d2:ip11:host{i:d2}.test4:porti7001ee"));
        Announced($"d5:peersl{peers}ee").Names.Should().HaveCount(HttpTrackerAnswer.MaxNames);
    }

    [Theory]
    [InlineData(TrackerText.MaxLength, TrackerText.MaxLength)]
    [InlineData(TrackerText.MaxLength + 1, TrackerText.MaxLength)]
    public void A_text_is_cut_at_its_limit(int length, int shown) =>
        TrackerText.Clean(Encoding.ASCII.GetBytes(new string('x', length))).TrimEnd('\u2026').Should().HaveLength(shown);

    [Theory]
    [InlineData(TrackerFactory.MaxUrlLength, true)]
    [InlineData(TrackerFactory.MaxUrlLength + 1, false)]
    public void A_URL_is_accepted_to_its_limit(int length, bool isAccepted)
    {
        var settings = new TrackerSettings { Outbound = new Outbound(), Addresses = new AddressPolicy() };
        string url = "http://t.example/".PadRight(length, 'x');
        TrackerFactory.TryCreate(url, settings, new Random(1), out ITracker? tracker, out string? fault).Should().Be(isAccepted);
        tracker?.Dispose();
        (fault is null).Should().Be(isAccepted);
    }

    [Fact]
    public void Our_tracker_reads_parameters_to_the_limit()
    {
        string many = string.Join('&', Enumerable.Range(0, RawQuery.MaxParameters + 1).Select(i => $"p={i}"));
        new RawQuery("/announce?" + many).All("p").Select(value => Encoding.ASCII.GetString(value)).Should().Equal(
            Enumerable.Range(0, RawQuery.MaxParameters).Select(i => i.ToString(CultureInfo.InvariantCulture)));
    }

    [Theory]
    [InlineData(UdpAnnounceHandler.MaxScraped)]
    [InlineData(UdpAnnounceHandler.MaxScraped + 1)]
    public void Our_tracker_counts_swarms_of_a_datagram_to_the_limit(int swarms)
    {
        const int HeaderLength = 8, CountsLength = 12;
        var handler = new UdpAnnounceHandler(new AnnounceTable(), TimeProvider.System);
        var from = IPEndPoint.Parse("10.0.0.1:1");
        byte[] connection = handler.Answer(Convert.FromHexString("0000041727101980000000003b9aca09"), from)![8..];
        byte[] request = [.. connection, 0, 0, 0, 2, 0, 0, 0, 1, .. new byte[swarms * SwarmKey.Length]];
        handler.Answer(request, from).Should().HaveCount(HeaderLength + (UdpAnnounceHandler.MaxScraped * CountsLength));
    }

    private static AnnounceResponse Announced(string body) =>
        HttpTrackerAnswer.ReadAnnounce(HttpStatusCode.OK, Encoding.ASCII.GetBytes(body), new AddressPolicy());
}
