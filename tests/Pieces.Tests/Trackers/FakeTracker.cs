using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using Pieces.Net;
using Pieces.Primitives;
using Pieces.Trackers;

namespace Pieces.Tests.Trackers;

/// <summary>An announce that waits for the response.</summary>
internal sealed record Call(AnnounceRequest Request, TaskCompletionSource<AnnounceResponse> Result)
{
    public void Answer(AnnounceResponse response) => Result.SetResult(response);

    public void Fail(Exception exception) => Result.SetException(exception);
}

/// <summary>A tracker that responds when the test makes it respond.</summary>
internal sealed class FakeTracker : ITracker
{
    private readonly Channel<Call> _calls = Channel.CreateUnbounded<Call>();

    public FakeTracker(string name) => DisplayUrl = name;

    public string DisplayUrl { get; }

    public bool HasCalls => _calls.Reader.Count > 0;

    public async Task<Call> NextAsync() =>
        await _calls.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(
            TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

    public async Task<AnnounceResponse> AnnounceAsync(AnnounceRequest request, CancellationToken cancellationToken)
    {
        var call = new Call(request, new TaskCompletionSource<AnnounceResponse>(TaskCreationOptions.RunContinuationsAsynchronously));
        _calls.Writer.TryWrite(call);
        return await call.Result.Task.WaitAsync(cancellationToken);
    }

    public Task<ScrapeResponse> ScrapeAsync(SwarmKey infoHash, CancellationToken cancellationToken) => throw new NotSupportedException();

    public void Dispose()
    {
    }
}

/// <summary>Records what a client reports about its trackers.</summary>
internal sealed class RecordingSink : ITrackerSink
{
    private readonly Channel<(string, int, string?)> _statuses = Channel.CreateUnbounded<(string, int, string?)>();

    public AnnounceCounters Counters { get; set; } = new(0, 0, 1000);

    public ConcurrentQueue<IPEndPoint> Peers { get; } = [];

    public ConcurrentQueue<string> Warnings { get; } = [];

    public async Task<(string Url, int Peers, string? Error)> NextStatusAsync() =>
        await _statuses.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(
            TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

    public void OnPeersFound(string url, IReadOnlyList<IPEndPoint> peers)
    {
        foreach (IPEndPoint peer in peers)
            Peers.Enqueue(peer);
    }

    public ConcurrentQueue<DnsEndPoint> Names { get; } = [];

    public void OnNamesFound(IReadOnlyList<DnsEndPoint> names, AddressReach tracker)
    {
        foreach (DnsEndPoint name in names)
            Names.Enqueue(name);
    }

    public void OnTrackerStatus(string url, int peers, string? error) => _statuses.Writer.TryWrite((url, peers, error));

    public void OnTrackerWarning(string url, string message) => Warnings.Enqueue($"{url}: {message}");
}
