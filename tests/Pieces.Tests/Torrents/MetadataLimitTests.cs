using Microsoft.Extensions.Time.Testing;
using Pieces.Metadata;
using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Tests.Bencode;
using Pieces.Tests.Peers;
using Pieces.Tests.Support;
using Pieces.Torrents;
using Pieces.Torrents.MetadataExchange;
using Pieces.Wire;

namespace Pieces.Tests.Torrents;

/// <summary>Limits of the metadata exchange: what is requested at a time, and what is served.</summary>
[Trait("Tier", "Pure")]
public class MetadataLimitTests
{
    private const int Part = MetadataCodec.PartLength;

    private readonly FakeTimeProvider _time = new();
    private int _lastId;

    [Fact]
    public void Of_one_claimed_size_too_many_nothing_is_requested_until_its_turn()
    {
        var fetch = new MetadataFetch(default, _time);
        for (int i = 0; i <= MetadataFetch.MaxActive; i++)
            fetch.Offer(new SenderId(i + 1), 1000 + i);
        AsksOf(fetch).Select(ask => ask.Peer).Distinct().Should().HaveCount(MetadataFetch.MaxActive);
        AsksOf(fetch).Should().BeEmpty("the turns have just begun");
    }

    [Fact]
    public void One_peer_too_many_is_not_asked_for_the_same_part()
    {
        var fetch = new MetadataFetch(default, _time);
        for (int i = 0; i <= MetadataGroup.MaxAskers; i++)
            fetch.Offer(new SenderId(i + 1), 1000);
        AsksOf(fetch).Should().HaveCount(MetadataGroup.MaxAskers).And.OnlyContain(ask => ask.Part == 0);
    }

    [Fact]
    public void A_peer_that_answers_is_asked_for_parts_to_the_limit()
    {
        const int Size = 200 * Part;
        var fetch = new MetadataFetch(default, _time);
        var peer = new SenderId(1);
        fetch.Offer(peer, Size);
        byte[] bytes = new byte[Part];
        int most = 0;
        for (int round = 0; round < 8; round++)
        {
            List<MetadataAsk> asks = AsksOf(fetch);
            most = Math.Max(most, asks.Count);
            _time.Advance(TimeSpan.FromMilliseconds(100));
            foreach (MetadataAsk ask in asks)
                fetch.Take(peer, new MetadataData(ask.Part, Size, bytes), _time.GetTimestamp(), []).Should().BeTrue();
        }

        most.Should().Be(MetadataOffer.MaxWindow);
    }

    [Fact]
    public void One_waiting_request_too_many_is_rejected()
    {
        MetadataServer server = Server();
        (PeerState peer, FakeLink link) = Exhausted(server);
        for (int i = 1; i < MetadataServer.MaxWaiting; i++)
            Request(server, peer);
        link.Sent.Should().BeEmpty();
        Request(server, peer);
        Messages(link).Should().ContainSingle().Which.Should().BeOfType<MetadataReject>();
    }

    [Fact]
    public void A_peer_that_had_its_burst_is_served_at_its_rate()
    {
        MetadataServer server = Server();
        (_, FakeLink link) = Exhausted(server);
        ServesAtRate(server, link, MetadataServer.PeerRate);
    }

    [Fact]
    public void All_peers_that_had_their_burst_are_served_at_their_rate()
    {
        MetadataServer server = Server();
        for (int i = 0; i < 1000; i++)
        {
            (PeerState peer, FakeLink link) = Peer();
            Request(server, peer);
            if (link.Sent.Count == 0)
            {
                ServesAtRate(server, link, MetadataServer.TotalRate);
                return;
            }

            Exhaust(server, peer, link);
            server.OnLeft(peer);
        }

        Assert.Fail("all were served at once");
    }

    // One part is waiting, and all that may be sent at once has been sent: it takes as long as the rate says, give or take two ticks of the clock.
    private void ServesAtRate(MetadataServer server, FakeLink link, int rate)
    {
        _time.Advance(TimeSpan.FromSeconds((double)Part / rate) - TimeSpan.FromTicks(2));
        server.OnTick();
        link.Sent.Should().BeEmpty();
        _time.Advance(TimeSpan.FromTicks(4));
        server.OnTick();
        Messages(link).Should().ContainSingle().Which.Should().BeOfType<MetadataData>();
    }

    private List<MetadataAsk> AsksOf(MetadataFetch fetch)
    {
        List<MetadataAsk> asks = [];
        fetch.Fill(_time.GetTimestamp(), asks);
        return asks;
    }

    // The metadata has one whole part and a few bytes more.
    private MetadataServer Server()
    {
        Dict info = TestInfo.SingleInfo();
        info["x"] = new string('x', Part);
        return new MetadataServer(TestInfo.Parse(info), _time);
    }

    private (PeerState Peer, FakeLink Link) Peer()
    {
        var link = new FakeLink();
        var peer = new PeerState(new SenderId(++_lastId), link, 2, _time, _time.GetTimestamp());
        peer.Extensions.Set(MetadataCodec.ExtensionName, 7);
        return (peer, link);
    }

    // Returns a peer that has been sent all that it may be sent at once. One request of it is waiting.
    private (PeerState Peer, FakeLink Link) Exhausted(MetadataServer server)
    {
        (PeerState peer, FakeLink link) = Peer();
        Exhaust(server, peer, link);
        return (peer, link);
    }

    private static void Exhaust(MetadataServer server, PeerState peer, FakeLink link)
    {
        int served;
        do
        {
            served = link.Sent.Count;
            Request(server, peer);
        }
        while (link.Sent.Count > served);
        link.Sent.Clear();
    }

    private static void Request(MetadataServer server, PeerState peer) => server.OnMessage(peer, MetadataCodec.Encode(new MetadataRequest(0)));

    private static IEnumerable<MetadataMessage?> Messages(FakeLink link) =>
        link.Sent.Cast<ExtendedMessage>().Select(message => MetadataCodec.Decode(message.Payload));
}
