using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.Time.Testing;
using Pieces.Net;
using Pieces.Primitives;
using Pieces.Tests.Support;
using Pieces.Trackers;

namespace Pieces.Tests.Trackers;

[LongChain(Seconds = 20)]
[Trait("Tier", "Pure")]
public sealed class TrackerClientTests : IAsyncDisposable
{
    private readonly WatchedTime _time = new();
    private readonly RecordingSink _sink = new();
    private readonly Dictionary<string, FakeTracker> _trackers = [];
    private TrackerClient? _client;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
            await _client.DisposeAsync();
    }

    [Fact]
    public async Task The_first_announce_says_started_and_the_next_nothing()
    {
        Start("a");
        Call first = await _trackers["a"].NextAsync();
        first.Request.Event.Should().Be(AnnounceEvent.Started);
        first.Request.Port.Should().Be(6881);
        first.Request.Counters.Left.Should().Be(1000);
        first.Answer(Announces.Response(peers: 2, interval: 5, minInterval: 2));
        (await _sink.NextStatusAsync()).Should().Be(("a", 2, null));
        _sink.Peers.Should().HaveCount(2);
        (await NextAsync("a")).Request.Event.Should().Be(AnnounceEvent.None);
    }

    [Fact]
    public async Task A_partial_seed_is_told_of_at_once_and_by_each_regular_announce()
    {
        await StartAndAnswerAsync("a", interval: 1800, minInterval: 900);
        _sink.Counters = new AnnounceCounters(0, 500, 500) { IsPartialSeed = true };
        _client!.BecamePartialSeed();
        Call first = await _trackers["a"].NextAsync();
        (first.Request.Event, first.Request.Counters.IsPartialSeed).Should().Be((AnnounceEvent.None, true));
        first.Answer(Announces.Response(peers: 0, interval: 1800, minInterval: 900));
        (await NextAsync("a")).Request.Counters.IsPartialSeed.Should().BeTrue("the next is due half an hour later");
    }

    [Fact]
    public async Task Without_a_listener_no_port_is_claimed()
    {
        Start(options => options with { Ports = new PortState() }, "a");
        (await _trackers["a"].NextAsync()).Request.Port.Should().Be(0);
    }

    [Fact]
    public async Task What_is_left_is_never_negative()
    {
        _sink.Counters = new AnnounceCounters(0, 0, -5);
        Start("a");
        (await _trackers["a"].NextAsync()).Request.Counters.Left.Should().Be(0);
    }

    [Fact]
    public async Task Completed_is_said_once_at_once_and_with_nothing_left()
    {
        await StartAndAnswerAsync("a", interval: 1800, minInterval: 900);
        _client!.Completed();
        Call completed = await _trackers["a"].NextAsync();
        (completed.Request.Event, completed.Request.Counters.Left).Should().Be((AnnounceEvent.Completed, 0L));
        _sink.Counters = new AnnounceCounters(0, 1000, 0);
        completed.Answer(Announces.Response(interval: 5));
        await _sink.NextStatusAsync();
        (await NextAsync("a")).Request.Event.Should().Be(AnnounceEvent.None);
    }

    [Fact]
    public async Task A_completion_before_started_is_answered_is_said_afterwards()
    {
        Start("a");
        Call started = await _trackers["a"].NextAsync();
        _client!.Completed();
        started.Answer(Announces.Response(interval: 1800));
        (await _trackers["a"].NextAsync()).Request.Event.Should().Be(AnnounceEvent.Completed);
    }

    [Fact]
    public async Task A_tracker_that_only_knew_us_as_complete_never_hears_completed()
    {
        _sink.Counters = new AnnounceCounters(0, 0, 0);
        await StartAndAnswerAsync("a", interval: 5);
        _client!.Completed();
        (await NextAsync("a")).Request.Event.Should().Be(AnnounceEvent.None);
    }

    [Fact]
    public async Task Stopped_goes_to_those_that_heard_started_and_to_nobody_else()
    {
        Start("a", "b");
        (await _trackers["a"].NextAsync()).Fail(new TrackerException("down"));
        (await _trackers["b"].NextAsync()).Answer(Announces.Response(peers: 1));
        await _sink.NextStatusAsync();
        await _sink.NextStatusAsync();
        Task stopping = _client!.StopAsync();
        Call stopped = await _trackers["b"].NextAsync();
        stopped.Request.Event.Should().Be(AnnounceEvent.Stopped);
        stopped.Request.WantedPeers.Should().Be(0);
        stopped.Answer(Announces.Response());
        await stopping;
        _trackers["a"].HasCalls.Should().BeFalse();
    }

    [Fact]
    public async Task A_download_that_ends_with_its_completion_says_completed_before_stopped()
    {
        await StartAndAnswerAsync("a", interval: 1800);
        _client!.Completed();
        Task stopping = _client.StopAsync();
        var events = new List<AnnounceEvent>();
        while (!events.Contains(AnnounceEvent.Stopped))
        {
            Call call = await _trackers["a"].NextAsync();
            events.Add(call.Request.Event);
            call.Result.TrySetResult(Announces.Response());
        }

        await stopping;
        events.Should().StartWith(AnnounceEvent.Completed).And.EndWith(AnnounceEvent.Stopped);
    }

    [Fact]
    public async Task A_silent_tracker_holds_up_the_end_for_two_seconds()
    {
        await StartAndAnswerAsync("a", interval: 1800);
        Task stopping = _client!.StopAsync();
        await _trackers["a"].NextAsync();
        _time.Advance(TimeSpan.FromSeconds(1.9));
        stopping.IsCompleted.Should().BeFalse();
        _time.Advance(TimeSpan.FromSeconds(0.1));
        await stopping.WaitAsync(TimeSpan.FromSeconds(20), Token);
    }

    [Fact]
    public async Task Stopping_before_anything_was_answered_is_quick_and_silent()
    {
        Start("a");
        await _trackers["a"].NextAsync();
        await _client!.StopAsync().WaitAsync(TimeSpan.FromSeconds(20), Token);
        _trackers["a"].HasCalls.Should().BeFalse();
    }

    [Fact]
    public async Task When_a_tier_fails_the_next_is_asked()
    {
        Start("a", "b");
        (await _trackers["a"].NextAsync()).Fail(new TrackerException("down"));
        (await _sink.NextStatusAsync()).Should().Be(("a", 0, "down"));
        (await _trackers["b"].NextAsync()).Request.Event.Should().Be(AnnounceEvent.Started);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_next_is_asked_beside_a_silent_one(bool isPrivate)
    {
        Start(options => options with { IsPrivate = isPrivate }, "a", "b");
        await _trackers["a"].NextAsync();
        _trackers["b"].HasCalls.Should().BeFalse();
        (await NextAsync("b")).Answer(Announces.Response(peers: 1));

        // The clock stands still, because it would time out an answer whose reader waits for a processor.
        await FakeTimeSteps.UntilAsync(() => !_sink.Peers.IsEmpty, Token);
        _time.GetElapsedTime(0).Should().BeGreaterThanOrEqualTo(isPrivate ? AnnounceSchedule.StrictPatience : AnnounceSchedule.Patience);
    }

    [Fact]
    public async Task A_tracker_that_never_answers_is_given_up_after_half_a_minute()
    {
        Start("a");
        await _trackers["a"].NextAsync();
        Task<(string, int, string?)> status = _sink.NextStatusAsync();
        await AdvanceUntilAsync(() => status.IsCompleted);
        (await status).Should().Be(("a", 0, "no response within 30 s"));
    }

    [Fact]
    public async Task Whatever_one_tracker_throws_is_a_failure_of_that_one()
    {
        Start("a", "b");
        (await _trackers["a"].NextAsync()).Fail(new ArgumentOutOfRangeException("hostName", "a secret"));
        (await _sink.NextStatusAsync()).Should()
            .Be(("a", 0, "the request failed: unexpected ArgumentOutOfRangeException (this is a bug; -vv shows where)"));
        (await _trackers["b"].NextAsync()).Answer(Announces.Response(peers: 1));
        (await _sink.NextStatusAsync()).Should().Be(("b", 1, null));
    }

    [Fact]
    public async Task Peers_that_are_named_by_their_hosts_are_passed_on()
    {
        Start("a");
        (await _trackers["a"].NextAsync()).Answer(Announces.Response(peers: 0) with { Names = [new DnsEndPoint("peer.example", 7001)] });
        await _sink.NextStatusAsync();
        _sink.Names.Should().Equal(new DnsEndPoint("peer.example", 7001));
    }

    [Fact]
    public async Task Need_of_peers_brings_the_next_announce_forward_to_the_least_interval()
    {
        await StartAndAnswerAsync("a", interval: 1800, minInterval: 40, peers: 1);
        _client!.NeedPeers();

        // The clock stands still, so the length of the client's timer is the time until the next announce.
        await FakeTimeSteps.UntilAsync(() => _time.HasTimerBetween(TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(60)), Token);
        await NextAsync("a");
    }

    [Fact]
    public async Task Everybody_refused_is_known()
    {
        Start("a", "b");
        foreach (string name in new[] { "a", "b" })
        {
            _client!.EveryTrackerRefused.Should().BeFalse();
            (await _trackers[name].NextAsync()).Fail(new TrackerException("refused: no") { IsRefusal = true });
            await _sink.NextStatusAsync();
        }

        await FakeTimeSteps.UntilAsync(() => _client!.EveryTrackerRefused, Token);
    }

    [Fact]
    public async Task A_warning_is_passed_on()
    {
        Start("a");
        (await _trackers["a"].NextAsync()).Answer(Announces.Response() with { Warning = "old client" });
        await _sink.NextStatusAsync();
        await FakeTimeSteps.UntilAsync(() => !_sink.Warnings.IsEmpty, Token);
        _sink.Warnings.Should().Equal("a: old client");
    }

    [Fact]
    public async Task URLs_that_cannot_be_used_are_left_out()
    {
        var options = OptionsOf(["wss://t.example/", "dht://t.example/", "t.example:6969", "udp://t.example", "http://", ""]);
        await using var client = new TrackerClient(options with { CreateTracker = null }, _sink);
        client.Start();
        await client.StopAsync().WaitAsync(TimeSpan.FromSeconds(20), Token);
        client.EveryTrackerRefused.Should().BeFalse();
    }

    [Fact]
    public void A_tracker_that_stands_there_twice_is_used_once_and_their_number_has_a_limit()
    {
        string[] urls = [.. Enumerable.Range(0, TrackerTiers.MaxTrackers + 1).SelectMany(i => new[] { $"u{i}", $"u{i}" })];
        new TrackerTiers(OptionsOf(urls), new Random(1)).Make(OptionsOf(urls).Tiers).Sum(tier => tier.Count).Should().Be(TrackerTiers.MaxTrackers);
    }

    private void Start(params string[] tiers) => Start(options => options, tiers);

    private void Start(Func<TrackerClientOptions, TrackerClientOptions> change, params string[] tiers)
    {
        foreach (string name in tiers)
            _trackers[name] = new FakeTracker(name);
        _client = new TrackerClient(change(OptionsOf(tiers)), _sink);
        _client.Start();
    }

    private TrackerClientOptions OptionsOf(params string[] tiers) => new()
    {
        InfoHash = Announces.InfoHash,
        PeerId = Announces.PeerId,
        Ports = new PortState(6881),
        Tiers = [.. tiers.Select(url => ImmutableArray.Create(url))],
        TimeProvider = _time,
        Random = new Random(1),
        Outbound = new Outbound(),
        Addresses = new AddressPolicy(),
        CreateTracker = name => _trackers.GetValueOrDefault(name) ?? new FakeTracker(name),
    };

    private async Task StartAndAnswerAsync(string name, double interval, double? minInterval = null, int peers = 0)
    {
        Start(name);
        (await _trackers[name].NextAsync()).Answer(Announces.Response(peers, interval, minInterval));
        await _sink.NextStatusAsync();
    }

    // Timers are set slightly later than the event that the test observes. The clock is therefore advanced in steps until the result is there.
    private async Task<Call> NextAsync(string name)
    {
        await AdvanceUntilAsync(() => _trackers[name].HasCalls);
        return await _trackers[name].NextAsync();
    }

    private Task<int> AdvanceUntilAsync(Func<bool> condition) => _time.AdvanceUntilAsync(condition, TimeSpan.FromSeconds(0.5), Token);
}
