using System.Net;
using Microsoft.Extensions.Time.Testing;
using Pieces.Net;
using Pieces.Peers;

namespace Pieces.Tests.Peers;

[Trait("Tier", "Pure")]
public class PeerBookTests
{
    private static readonly IPEndPoint One = new(IPAddress.Parse("10.0.0.1"), 6881);
    private static readonly IPEndPoint Two = new(IPAddress.Parse("10.0.0.2"), 6881);

    private readonly FakeTimeProvider _time = new();
    private readonly PeerBook _book;

    public PeerBookTests() => _book = new PeerBook(_time, new Random(1), new AddressPolicy());

    [Theory]
    [InlineData("10.0.0.1:0")]
    [InlineData("0.1.2.3:6881")]
    [InlineData("224.0.0.1:6881")]
    [InlineData("255.255.255.255:6881")]
    [InlineData("[::]:6881")]
    [InlineData("[ff02::1]:6881")]
    public void An_address_that_can_be_nobodys_is_not_taken(string address) =>
        _book.Add(IPEndPoint.Parse(address), PeerOrigin.Tracker).Should().BeFalse();

    [Fact]
    public void An_address_is_offered_once_until_it_is_known_what_became_of_it()
    {
        _book.Add(One, PeerOrigin.Tracker).Should().BeTrue();
        _book.TakeNext().Should().Be(One);
        _book.TakeNext().Should().BeNull();
        _book.HasDue.Should().BeFalse();
    }

    [Fact]
    public void A_network_of_ours_that_is_down_is_not_held_against_a_peer()
    {
        _book.Add(One, PeerOrigin.Tracker);
        for (int i = 0; i < 30; i++)
        {
            _book.TakeNext().Should().Be(One);
            _book.Failed(One, TimeSpan.FromSeconds(5));
            _time.Advance(TimeSpan.FromSeconds(6.25));
        }

        _book.TakeNext().Should().Be(One);
        _book.Failed(One);
        _time.Advance(TimeSpan.FromMinutes(5));
        _book.HasDue.Should().BeTrue("it is one failure like others, not the thirtieth");
    }

    [Fact]
    public void Each_failure_doubles_the_pause_also_when_the_handshake_was_done_between()
    {
        _book.Add(One, PeerOrigin.Tracker);
        double last = 0;
        for (int i = 0; i < 6; i++)
        {
            _book.TakeNext().Should().Be(One);
            _book.Connected(One);
            _book.Failed(One);
            double pause = SecondsUntilDue();
            pause.Should().BeGreaterThan(last);
            last = pause;
        }

        last.Should().BeGreaterThan(60);
    }

    [Fact]
    public void A_useful_connection_that_ended_is_dialled_again_soon()
    {
        _book.Add(One, PeerOrigin.Tracker);
        for (int i = 0; i < 5; i++)
        {
            _book.TakeNext();
            _book.Failed(One);
            _time.Advance(TimeSpan.FromHours(1));
        }

        _book.TakeNext();
        _book.Connected(One);
        _book.Closed(One);
        SecondsUntilDue().Should().BeLessThan(5);
    }

    [Fact]
    public void Who_broke_the_protocol_is_not_dialled_for_a_while()
    {
        _book.Add(One, PeerOrigin.Tracker);
        _book.TakeNext();
        _book.Offended(One);
        SecondsUntilDue().Should().BeGreaterThan(40);
    }

    [Fact]
    public void A_peer_given_by_hand_comes_first()
    {
        _book.Add(One, PeerOrigin.Tracker);
        _book.Add(Two, PeerOrigin.Hand);
        _book.TakeNext().Should().Be(Two);
    }

    [Fact]
    public void A_banned_address_stays_out_under_every_port()
    {
        _book.Add(One, PeerOrigin.Tracker);
        _book.Ban(One);
        _book.Add(new IPEndPoint(One.Address, 7000), PeerOrigin.Tracker).Should().BeFalse();
        _book.TakeNext().Should().BeNull();
        _book.Banned.Should().Be(1);
    }

    [Fact]
    public void On_loopback_a_ban_concerns_the_port_and_the_alias_alone()
    {
        var bad = new IPEndPoint(IPAddress.Loopback, 50000);
        var alias = new IPEndPoint(IPAddress.Loopback, 6881);
        _book.Ban(bad, alias);
        _book.IsBanned(alias).Should().BeTrue();
        _book.IsBanned(new IPEndPoint(IPAddress.Loopback, 6882)).Should().BeFalse();
        _book.Banned.Should().Be(1);
    }

    [Fact]
    public void Ourselves_are_never_dialled_again()
    {
        _book.Add(One, PeerOrigin.Tracker);
        _book.TakeNext();
        _book.IsOurselves(One);
        _book.Add(One, PeerOrigin.Tracker).Should().BeFalse();
    }

    [Fact]
    public void A_full_book_gives_up_an_address_that_failed_for_a_new_one_and_never_a_fresh_one()
    {
        for (int i = 0; i < PeerBook.Capacity; i++)
            _book.Add(new IPEndPoint(IPAddress.Parse("10.1.0.1"), i + 1), PeerOrigin.Tracker);
        _book.Add(One, PeerOrigin.Tracker).Should().BeFalse();
        IPEndPoint failed = _book.TakeNext()!;
        _book.Failed(failed);
        _book.Add(One, PeerOrigin.Tracker).Should().BeTrue();
        _book.Count.Should().Be(PeerBook.Capacity);
    }

    [Fact]
    public void A_full_book_gives_up_an_address_of_the_DHT_for_one_that_another_named()
    {
        for (int i = 0; i < PeerBook.Capacity; i++)
            _book.Add(new IPEndPoint(IPAddress.Parse("10.1.0.1"), i + 1), PeerOrigin.Dht);
        _book.Add(One, PeerOrigin.Dht).Should().BeFalse();
        _book.Add(One, PeerOrigin.Tracker).Should().BeTrue();
        _book.Count.Should().Be(PeerBook.Capacity);
    }

    [Fact]
    public void Of_two_origins_the_better_one_counts_and_a_torrent_that_turns_out_private_keeps_the_tracker_s_alone()
    {
        _book.Add(One, PeerOrigin.Dht);
        _book.Add(Two, PeerOrigin.Dht);
        _book.Add(One, PeerOrigin.Tracker);
        _book.Add(One, PeerOrigin.Inbound);
        _book.OriginOf(One).Should().Be(PeerOrigin.Tracker);
        _book.BecomePrivate();
        _book.OriginOf(One).Should().Be(PeerOrigin.Tracker);
        _book.OriginOf(Two).Should().BeNull();
        _book.Add(Two, PeerOrigin.Dht).Should().BeFalse();
        _book.Add(Two, PeerOrigin.Tracker).Should().BeTrue();
    }

    [Fact]
    public void Being_named_by_the_DHT_again_forgives_no_failures()
    {
        _book.Add(One, PeerOrigin.Tracker);
        for (int i = 0; i < 6; i++)
            _book.Failed(One);
        double alone = SecondsUntilDue();
        _book.TakeNext();
        _book.Failed(One);
        _book.Add(One, PeerOrigin.Dht);
        _book.TakeNext();
        _book.Failed(One);
        SecondsUntilDue().Should().BeGreaterThan(alone);
    }

    private double SecondsUntilDue()
    {
        double seconds = 0;
        while (!_book.HasDue)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            seconds++;
        }

        return seconds;
    }
}
