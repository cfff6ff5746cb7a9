using Pieces.Dht;
using Pieces.Dht.Messages;
using Pieces.Dht.Queries;
using Pieces.Net;
using static Pieces.Tests.Dht.DhtText;

namespace Pieces.Tests.Dht;

[Trait("Tier", "Pure")]
public class RoundTripsTests
{
    [Fact]
    public void Patience_is_what_nearly_all_answers_took_and_a_little()
    {
        var times = new RoundTrips();
        times.PatienceFor(null).Should().Be(RoundTrips.FirstPatience);
        for (int i = 1; i <= RoundTrips.Window; i++)
            times.Add(TimeSpan.FromMilliseconds(i * 5));
        double patience = times.PatienceFor(null).TotalMilliseconds;
        patience.Should().BeInRange(300, 420);
        times.PatienceFor(TimeSpan.FromMilliseconds(20)).TotalMilliseconds.Should().BeInRange(60, patience, "it is known to be quick");
        times.PatienceFor(TimeSpan.FromMilliseconds(150)).TotalMilliseconds.Should().BeGreaterThan(patience, "it is known to be slow");
    }

    [Fact]
    public void Old_answers_are_forgotten_and_the_limits_hold()
    {
        var times = new RoundTrips();
        for (int i = 0; i < RoundTrips.Window; i++)
            times.Add(TimeSpan.FromSeconds(30));
        times.PatienceFor(null).Should().Be(RoundTrips.MostPatience);
        for (int i = 0; i < RoundTrips.Window; i++)
            times.Add(TimeSpan.FromMilliseconds(1));
        times.PatienceFor(null).Should().Be(RoundTrips.LeastPatience);
    }
}

[Trait("Tier", "Pure")]
public class TokenMintTests
{
    private readonly TokenMint _mint = new();

    [Fact]
    public void A_token_is_good_for_five_minutes_at_least_and_ten_at_most()
    {
        TimeSpan issued = TimeSpan.FromMinutes(7);
        byte[] token = _mint.Make(At("1.2.3.4:5"), issued);
        _mint.IsGood(token, At("1.2.3.4:99"), issued + TokenMint.Turn).Should().BeTrue("the address counts, the port does not");
        _mint.IsGood(token, At("1.2.3.4:5"), issued + (2 * TokenMint.Turn)).Should().BeFalse();
    }

    [Fact]
    public void A_token_is_good_for_one_address_and_from_one_node()
    {
        byte[] token = _mint.Make(At("1.2.3.4:5"), TimeSpan.Zero);
        _mint.IsGood(token, At("1.2.3.5:5"), TimeSpan.Zero).Should().BeFalse();
        _mint.IsGood(token.AsSpan(0, token.Length - 1), At("1.2.3.4:5"), TimeSpan.Zero).Should().BeFalse();
        _mint.IsGood([], At("1.2.3.4:5"), TimeSpan.Zero).Should().BeFalse();
        new TokenMint().IsGood(token, At("1.2.3.4:5"), TimeSpan.Zero).Should().BeFalse();
    }
}

[Trait("Tier", "Pure")]
public class PerHostLimiterTests
{
    [Fact]
    public void A_burst_passes_and_then_so_many_a_second()
    {
        var limiter = new PerHostLimiter(perSecond: 5, burst: 10, places: 64, salt: 1);
        int Passed(TimeSpan at) => Enumerable.Range(0, 100).Count(_ => limiter.TryTake(At("1.2.3.4:5"), at));
        Passed(TimeSpan.FromHours(1)).Should().Be(10);
        Passed(TimeSpan.FromHours(1) + TimeSpan.FromSeconds(1)).Should().Be(5);
        Passed(TimeSpan.FromHours(2)).Should().Be(10);
    }

    [Fact]
    public void One_address_takes_nothing_from_most_others()
    {
        var limiter = new PerHostLimiter(perSecond: 1, burst: 1, places: 1024, salt: 1);
        int passed = Enumerable.Range(1, 100).Count(i => limiter.TryTake(At($"1.2.3.{i}:5"), TimeSpan.FromHours(1)));
        passed.Should().BeGreaterThan(85);
    }
}

[Trait("Tier", "Pure")]
public class ExternalAddressVoteTests
{
    private readonly ExternalAddressVote _vote = new();
    private TimeSpan _now = TimeSpan.FromHours(1);

    [Fact]
    public void Four_networks_must_agree()
    {
        for (int i = 1; i < ExternalAddressVote.Quorum; i++)
            _vote.Add(At($"20.0.{i}.1:1"), At("84.124.73.14:1000"), _now).Should().BeFalse();
        _vote.Add(At("20.0.1.200:1"), At("84.124.73.14:1000"), _now).Should().BeFalse("that network has voted");
        _vote.Winner.Should().BeNull();
        _vote.Add(At("20.0.9.1:1"), At("84.124.73.14:2000"), _now).Should().BeTrue("ports do not matter");
        _vote.Winner.Should().Be(At("84.124.73.14:0"));
        _vote.Add(At("20.0.10.1:1"), At("84.124.73.14:1000"), _now).Should().BeFalse("that is known");
    }

    [Fact]
    public void Liars_who_disagree_change_nothing_and_a_new_address_does()
    {
        for (int i = 1; i <= 12; i++)
            _vote.Add(At($"20.0.{i}.1:1"), At("84.124.73.14:1"), _now);
        for (int i = 1; i <= 7; i++)
            _vote.Add(At($"20.1.{i}.1:1"), At("9.9.9.9:1"), _now).Should().BeFalse();
        _now += ExternalAddressVote.LeastHold;
        for (int i = 1; i <= 11; i++)
            _vote.Add(At($"20.2.{i}.1:1"), At("85.85.85.85:1"), _now).Should().Be(i == 11, "two thirds of 16 must agree");
        _vote.Winner.Should().Be(At("85.85.85.85:0"));
    }

    [Fact]
    public void A_known_address_is_held_for_a_while()
    {
        for (int i = 1; i <= 4; i++)
            _vote.Add(At($"20.0.{i}.1:1"), At("84.124.73.14:1"), _now);
        for (int i = 1; i <= 16; i++)
            _vote.Add(At($"20.2.{i}.1:1"), At("85.85.85.85:1"), _now).Should().BeFalse();
        _now += ExternalAddressVote.LeastHold;
        _vote.Add(At("20.2.1.1:1"), At("85.85.85.85:1"), _now).Should().BeTrue();
    }
}

[Trait("Tier", "Pure")]
public class ScrapeFilterTests
{
    [Fact]
    public void The_values_of_BEP_33_hold()
    {
        var filter = new ScrapeFilter();
        for (int i = 0; i <= 255; i++)
            filter.Add(At($"192.0.2.{i}:1"));
        for (int i = 0; i <= 0x3E7; i++)
            filter.Add(At($"[2001:db8::{i:x}]:1"));
        Convert.ToHexString(filter.Bytes.Span).Should().Be(
            "F6C3F5EAA07FFD91BDE89F777F26FB2BFF37BDB8FB2BBAA2FD3DDDE7BACFFF75EE7CCBAEFE5EEDB1FBFAFF67F6ABFF5E43DDBCA3FD9B9FFDF4FFD3E9DFF12D1B"
            + "DF59DB53DBE9FA5B7FF3B8FDFCDE1AFB8BEDD7BE2F3EE71EBBBFE93BCDEEFE148246C2BC5DBFF7E7EFDCF24FD8DC7ADFFD8FFFDFDDFFF7A4BBEEDF5CB95CE81F"
            + "C7FCFF1FF4FFFFDFE5F7FDCBB7FD79B3FA1FC77BFE07FFF905B7B7FFC7FEFEFFE0B8370BB0CD3F5B7F2BD93FEB4386CFDD6F7FD5BFAF2E9EBFFFFEECD67ADBF7"
            + "C67F17EFD5D75EBA6FFEBA7FFF47A91EB1BFBB53E8ABFB5762ABE8FF237279BFEFBFEEF5FFC5FEBFDFE5ADFFADFEE1FB737FFFFBFD9F6AEFFEEE76B6FD8F72EF");
        filter.Estimate.Should().BeApproximately(1224.9308, 0.0001);
    }

    [Fact]
    public void Filters_of_several_nodes_are_counted_together()
    {
        (ScrapeFilter one, ScrapeFilter other, ScrapeFilter both) = (new(), new(), new());
        for (int i = 0; i < 100; i++)
            (i < 60 ? one : other).Add(At($"192.0.2.{i}:1"));
        both.Join(one.Bytes.Span);
        both.Join(other.Bytes.Span);
        both.Join([1, 2, 3]);
        both.Estimate.Should().BeInRange(95, 105);
        new ScrapeFilter().Estimate.Should().BeInRange(0, 1);
    }
}

[Trait("Tier", "Pure")]
public class DhtScheduleTests
{
    private readonly DhtSchedule _schedule = new(new Random(1));

    [Fact]
    public void The_first_search_is_due_at_once_and_none_during_one()
    {
        _schedule.NextAt.Should().Be(TimeSpan.Zero);
        _schedule.Begin();
        _schedule.NextAt.Should().BeNull();
    }

    [Fact]
    public void With_peers_it_is_a_quarter_of_an_hour_more_or_less()
    {
        HashSet<double> waits = [];
        for (int i = 0; i < 50; i++)
        {
            TimeSpan wait = After(TimeSpan.FromHours(i), answers: 9, peers: 3);
            wait.Should().BeCloseTo(DhtSchedule.Interval, DhtSchedule.Jitter * DhtSchedule.Interval);
            waits.Add(wait.TotalSeconds);
        }

        waits.Should().HaveCountGreaterThan(40, "clients must not stay in step");
    }

    [Fact]
    public void Alone_it_is_sooner_at_first_and_slower_later()
    {
        double[] waits = [.. Enumerable.Range(0, 9).Select(i => After(TimeSpan.FromHours(i), answers: 9, peers: 0).TotalSeconds)];
        waits[0].Should().BeInRange(27, 33);
        waits[1].Should().BeInRange(54, 66);
        waits[^1].Should().BeInRange(810, 990);
    }

    [Fact]
    public void While_nobody_answers_it_is_tried_again_soon()
    {
        After(TimeSpan.Zero, answers: 0, peers: 0).TotalSeconds.Should().BeInRange(2.7, 3.3);
        double[] waits = [.. Enumerable.Range(0, 9).Select(i => After(TimeSpan.FromHours(i), answers: 0, peers: 0).TotalSeconds)];
        waits[^1].Should().BeInRange(54, 66);
        After(TimeSpan.Zero, answers: 1, peers: 0).TotalSeconds.Should().BeInRange(27, 33);
    }

    [Fact]
    public void Need_brings_the_next_search_forward_but_not_at_once()
    {
        After(TimeSpan.FromMinutes(1), answers: 9, peers: 9);
        _schedule.NeedPeers();
        _schedule.NextAt.Should().Be(TimeSpan.FromMinutes(1) + DhtSchedule.NeedyInterval);
    }

    private TimeSpan After(TimeSpan now, int answers, int peers)
    {
        _schedule.Begin();
        _schedule.End(now, answers, peers);
        return _schedule.NextAt!.Value - now;
    }
}
