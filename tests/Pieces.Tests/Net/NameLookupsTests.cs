using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using Pieces.Net;
using Pieces.Tests.Interop;

namespace Pieces.Tests.Net;

/// <summary>Lookups with a resolver that blocks its thread, as the system's resolver does when no name server replies.</summary>
[Trait("Tier", "Loopback")]
public sealed class NameLookupsTests : IDisposable
{
    private readonly ManualResetEventSlim _answer = new();
    private readonly ConcurrentQueue<string> _asked = new();
    private readonly FakeTimeProvider _time = new();
    private readonly NameLookups _lookups;

    public NameLookupsTests() => _lookups = new NameLookups(Resolve, _time);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _answer.Set();

    [Fact]
    public async Task Names_of_strangers_never_hold_up_those_of_the_user_and_of_trackers()
    {
        Task<IPAddress[]>[] strangers = [.. Enumerable.Range(0, 50).Select(i => LookUp($"slow{i}", NameSource.Stranger, $"torrent {i % 7}"))];
        (await LookUp("fast.user", NameSource.User, "torrent 1").WaitAsync(Token)).Should().Equal(IPAddress.Loopback);
        (await LookUp("fast.tracker", NameSource.Tracker, "torrent 1").WaitAsync(Token)).Should().Equal(IPAddress.Loopback);
        await AskedAsync("slow0");
        _asked.Count(name => name.StartsWith("slow", StringComparison.Ordinal)).Should().Be(1);
        _answer.Set();
        (await Task.WhenAll(strangers)).Should().HaveCount(50);
        _asked.Should().HaveCount(52, "each name is asked for once");
    }

    [Fact]
    public async Task At_most_four_threads_wait_for_the_system()
    {
        Task<IPAddress[]>[] all = [.. Enumerable.Range(0, 20).Select(i => LookUp($"slow{i}", NameSource.User, $"torrent {i}"))];
        for (int i = 0; i < 4; i++)
            await AskedAsync($"slow{i}");
        _asked.Should().HaveCount(4);
        _answer.Set();
        await Task.WhenAll(all);
        _asked.Should().HaveCount(20);
    }

    [Fact]
    public async Task Nobody_waits_for_a_look_up_that_hangs()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task<IPAddress[]> given = _lookups.ResolveAsync("slow", new NameRequester(NameSource.User), stop.Token);
        Task<IPAddress[]> waiting = LookUp("slow", NameSource.User, null);
        await AskedAsync("slow");
        await stop.CancelAsync();
        await given.Awaiting(it => it).Should().ThrowAsync<OperationCanceledException>();
        waiting.IsCompleted.Should().BeFalse();
        _time.Advance(NameLookups.Timeout);
        (await waiting.Awaiting(it => it).Should().ThrowAsync<SocketException>()).Which.SocketErrorCode.Should().Be(SocketError.TryAgain);
    }

    [Fact]
    public async Task A_name_that_everyone_gave_up_is_not_asked_for()
    {
        Task<IPAddress[]> first = LookUp("slow", NameSource.Stranger, "torrent");
        await AskedAsync("slow");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task<IPAddress[]> second = _lookups.ResolveAsync("unwanted", new NameRequester(NameSource.Stranger, "torrent"), stop.Token);
        await stop.CancelAsync();
        await second.Awaiting(it => it).Should().ThrowAsync<OperationCanceledException>();
        Task<IPAddress[]> third = LookUp("wanted", NameSource.Stranger, "torrent");
        _answer.Set();
        await Task.WhenAll(first, third);
        _asked.Should().Equal("slow", "wanted");
    }

    [Fact]
    public async Task A_name_that_fails_is_not_asked_for_again_at_once()
    {
        for (int i = 0; i < 2; i++)
        {
            (await LookUp("missing", NameSource.Stranger, "torrent").Awaiting(it => it).Should().ThrowAsync<SocketException>())
                .Which.SocketErrorCode.Should().Be(SocketError.HostNotFound);
        }

        _asked.Should().Equal("missing");
        _time.Advance(NameBackOff.FirstPause);
        await LookUp("missing", NameSource.Stranger, "torrent").Awaiting(it => it).Should().ThrowAsync<SocketException>();
        _asked.Should().Equal("missing", "missing");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(256)]
    [InlineData(100_000)]
    public async Task A_name_that_is_none_is_no_such_host(int length)
    {
        (await LookUp(new string('a', length), NameSource.Tracker, "torrent").Awaiting(it => it).Should().ThrowAsync<SocketException>())
            .Which.SocketErrorCode.Should().Be(SocketError.HostNotFound);
        _asked.Should().BeEmpty();
    }

    [Fact]
    public async Task Whatever_the_resolver_throws_concerns_that_name_alone()
    {
        (await LookUp("bug", NameSource.Tracker, "torrent").Awaiting(it => it).Should().ThrowAsync<SocketException>())
            .Which.SocketErrorCode.Should().Be(SocketError.HostNotFound);
        (await LookUp("fast", NameSource.Tracker, "torrent")).Should().Equal(IPAddress.Loopback);
    }

    private Task<IPAddress[]> LookUp(string name, NameSource source, string? owner) =>
        _lookups.ResolveAsync(name, new NameRequester(source, owner), Token);

    private Task AskedAsync(string name) =>
        Eventually.TrueAsync(() => _asked.Contains(name), TimeSpan.FromSeconds(30), () => name + " to be asked for", Token);

    private IPAddress[] Resolve(string host)
    {
        _asked.Enqueue(host);
        if (host.StartsWith("slow", StringComparison.Ordinal))
            _answer.Wait(TimeSpan.FromMinutes(1));
        return host switch
        {
            "missing" => throw new SocketException((int)SocketError.HostNotFound),
            "bug" => throw new ArgumentOutOfRangeException(nameof(host)),
            _ => [IPAddress.Loopback],
        };
    }
}
