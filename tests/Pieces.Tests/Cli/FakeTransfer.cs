using Pieces.Cli.Transfers;
using Pieces.Torrents;

namespace Pieces.Tests.Cli;

/// <summary>A torrent that does what the test says.</summary>
internal sealed class FakeTransfer : ITransfer
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TorrentSnapshot Snapshot { get; set; } = new() { Phase = TorrentPhase.Downloading };

    public Task Completion => _completion.Task;

    public Task Stopped => _stopped.Task;

    public List<string> AddedTrackers { get; } = [];

    public int StopCalls { get; private set; }

    public void Complete() => _completion.SetResult();

    public void End() => _stopped.SetResult();

    public void Fail(Exception reason)
    {
        _completion.SetException(reason);
        _stopped.SetException(reason);
    }

    public void AddTrackers(IReadOnlyList<string> urls) => AddedTrackers.AddRange(urls);

    public Task StopAsync()
    {
        StopCalls++;
        _completion.TrySetCanceled();
        _stopped.TrySetResult();
        return Task.CompletedTask;
    }
}
