using System.Globalization;
using System.Net;
using Microsoft.Extensions.Time.Testing;
using Pieces.Net;
using Pieces.Peers;
using Pieces.Primitives;

namespace Pieces.Tests.Peers;

[Trait("Tier", "Pure")]
public class PeerBookTests
{
    private static readonly IPEndPoint One = new(IPAddress.Parse("10.0.0.1"), 6881);
    private static readonly IPEndPoint Two = new(IPAddress.Parse("10.0.0.2"), 6881);
    private static readonly IPEndPoint Public = new(IPAddress.Parse("1.2.3.4"), 6881);
    private static readonly PeerId Id = PeerId.Create(new Random(3));

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
        _book.Add(Two, PeerOrigin.Manual);
        _book.TakeNext().Should().Be(Two);
    }

    [Fact]
    public void A_banned_address_stays_out_under_every_port()
    {
        _book.Add(Public, PeerOrigin.Tracker);
        _book.Ban(Public, Id, hasHonestNeighbours: false).Should().BeTrue();
        _book.Ban(Public, Id, hasHonestNeighbours: false).Should().BeFalse();
        _book.Add(new IPEndPoint(Public.Address, 7000), PeerOrigin.Tracker).Should().BeFalse();
        _book.TakeNext().Should().BeNull();
        _book.Banned.Should().Be(1);
    }

    [Fact]
    public void A_ban_covers_the_whole_of_an_IPv6_network()
    {
        _book.Ban(IPEndPoint.Parse("[2001:db8::1]:6881"), Id, hasHonestNeighbours: false);
        _book.IsBanned(IPEndPoint.Parse("[2001:db8::ffff:2]:7000")).Should().BeTrue();
        _book.IsBanned(IPEndPoint.Parse("[2001:db8:0:1::1]:6881")).Should().BeFalse();
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("172.17.0.1")]
    [InlineData("192.168.1.1")]
    [InlineData("169.254.7.7")]
    [InlineData("::1")]
    [InlineData("fe80::1")]
    [InlineData("fd00::1")]
    public void Where_peers_share_an_address_a_ban_concerns_the_port_and_for_a_growing_while_the_id(string address)
    {
        var bad = new IPEndPoint(IPAddress.Parse(address), 50_000);
        var neighbour = new IPEndPoint(bad.Address, 50_001);
        PeerId other = PeerId.Create(new Random(4));
        double last = 0;
        for (int i = 0; i < 3; i++)
        {
            _book.Ban(new IPEndPoint(bad.Address, bad.Port + (10 * i)), Id, hasHonestNeighbours: false).Should().BeTrue();
            _book.IsBanned(bad).Should().BeTrue("the port is banned for good");
            _book.IsBanned(neighbour, other).Should().BeFalse("another peer of the address has done nothing");
            _book.IsBanned(neighbour, Id).Should().BeTrue();
            double pause = 0;
            for (; _book.IsBanned(neighbour, Id); pause++)
                _time.Advance(TimeSpan.FromSeconds(1));
            pause.Should().BeGreaterThan(last);
            last = pause;
        }

        _book.Banned.Should().Be(3);
    }

    [Fact]
    public void A_public_address_is_spared_for_honest_neighbours_but_not_for_ever()
    {
        for (int i = 1; i <= PeerBans.MaxSpared; i++)
        {
            _book.Ban(new IPEndPoint(Public.Address, i), PeerId.Create(new Random(100 + i)), hasHonestNeighbours: true);
            _book.IsBanned(Public).Should().BeFalse();
            _book.IsBanned(new IPEndPoint(Public.Address, i)).Should().BeTrue();
        }

        _book.Ban(new IPEndPoint(Public.Address, 1000), Id, hasHonestNeighbours: true);
        _book.IsBanned(Public).Should().BeTrue("the owner of the address does this on purpose");
    }

    [Fact]
    public void One_banned_port_too_many_frees_the_oldest()
    {
        for (int port = 1; port <= PeerBans.MaxPorts; port++)
            _book.Ban(new IPEndPoint(IPAddress.Loopback, port), PeerId.Create(new Random(port)), hasHonestNeighbours: false);
        _book.IsBanned(new IPEndPoint(IPAddress.Loopback, 1)).Should().BeTrue();
        _book.Ban(new IPEndPoint(IPAddress.Loopback, PeerBans.MaxPorts + 1), PeerId.Create(new Random(0)), hasHonestNeighbours: false);
        _book.IsBanned(new IPEndPoint(IPAddress.Loopback, PeerBans.MaxPorts + 1)).Should().BeTrue();
        _book.IsBanned(new IPEndPoint(IPAddress.Loopback, 2)).Should().BeTrue();
        _book.IsBanned(new IPEndPoint(IPAddress.Loopback, 1)).Should().BeFalse("the oldest is forgotten first");
    }

    [Fact]
    public void What_an_inbound_peer_says_of_its_port_keeps_nobody_from_dialling_a_peer_that_others_name()
    {
        _book.Claimed(One);
        _book.TakeNext().Should().BeNull("it is connected, as far as anybody knows");
        _book.Add(One, PeerOrigin.Tracker);
        _book.TakeNext().Should().Be(One);
    }

    [Fact]
    public void Who_is_known_already_is_not_made_busy_by_a_claim()
    {
        _book.Add(One, PeerOrigin.Exchange);
        _book.Claimed(One);
        _book.IsClaimed(One).Should().BeFalse();
        _book.TakeNext().Should().Be(One);
    }

    [Fact]
    public void The_origins_take_turns_however_many_addresses_one_of_them_names()
    {
        for (int i = 0; i < 1000; i++)
        {
            _book.Add(new IPEndPoint(IPAddress.Parse($"10.{i / 200}.{i % 200}.1"), 6881), PeerOrigin.Local);
            _book.Add(new IPEndPoint(IPAddress.Parse($"11.{i / 200}.{i % 200}.1"), 6881), PeerOrigin.Exchange);
            _book.Add(new IPEndPoint(IPAddress.Parse($"12.{i / 200}.{i % 200}.1"), 6881), PeerOrigin.Dht);
            _book.Add(new IPEndPoint(IPAddress.Parse($"13.{i / 200}.{i % 200}.1"), 6881), PeerOrigin.Tracker, "udp://bad");
        }

        _book.Add(Public, PeerOrigin.Tracker, "udp://good").Should().BeTrue("there is room for everybody");
        IPEndPoint?[] first = [.. Enumerable.Range(0, 5).Select(_ => _book.TakeNext())];
        first.Should().Contain(Public).And.OnlyHaveUniqueItems();
        first.Select(address => (int)address!.Address.GetAddressBytes()[0]).Order().Should().Equal(1, 10, 11, 12, 13);
    }

    [Fact]
    public void A_host_of_the_local_network_has_two_ports_and_a_public_one_eight()
    {
        Enumerable.Range(1, 100).Count(port => _book.Add(new IPEndPoint(One.Address, port), PeerOrigin.Local)).Should().Be(2);
        Enumerable.Range(1, 100).Count(port => _book.Add(new IPEndPoint(Public.Address, port), PeerOrigin.Tracker)).Should().Be(8);
        Enumerable.Range(1, 100).Count(port => _book.Add(new IPEndPoint(IPAddress.Parse($"2001:db8::{port:x}"), 1), PeerOrigin.Dht)).Should().Be(8);
    }

    [Fact]
    public void One_connection_too_many_is_no_failure()
    {
        _book.Add(One, PeerOrigin.Tracker);
        for (int i = 0; i < 6; i++)
        {
            _book.TakeNext().Should().Be(One);
            _book.Redundant(One);
            SecondsUntilDue().Should().BeLessThan(20);
        }
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
            _book.Add(new IPEndPoint(IPAddress.Parse("10.1.0.1"), i + 1), PeerOrigin.Tracker, (i % 2).ToString(CultureInfo.InvariantCulture));
        _book.Count.Should().Be(PeerBook.Capacity);
        _book.Add(One, PeerOrigin.Tracker, "0").Should().BeFalse();
        IPEndPoint failed = _book.TakeNext()!;
        _book.Failed(failed);
        _book.Add(One, failed.Port % 2 == 0 ? PeerOrigin.Tracker : PeerOrigin.Dht, "1").Should().BeTrue();
        _book.Count.Should().Be(PeerBook.Capacity);
    }

    [Fact]
    public void A_full_book_gives_up_an_address_of_the_origin_that_named_most_for_one_that_another_named()
    {
        for (int i = 0; i < PeerBook.Capacity; i++)
            _book.Add(new IPEndPoint(IPAddress.Parse("10.1.0.1"), i + 1), i % 2 == 0 ? PeerOrigin.Dht : PeerOrigin.Exchange);
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
