using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Threading.Channels;

namespace Pieces.Trackers;

/// <summary>Signals from any thread to a <see cref="TrackerClient"/>'s task. A signal that is set twice before it is processed counts once.</summary>
internal sealed class TrackerSignals
{
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly ConcurrentQueue<string> _added = new();
    private int _needsPeers;
    private int _isComplete;
    private int _isPartialSeed;

    /// <summary>Whether peers are needed; remains set until <see cref="ClearNeed"/>.</summary>
    public bool NeedsPeers => Volatile.Read(ref _needsPeers) != 0;

    /// <summary>Sets <see cref="NeedsPeers"/>.</summary>
    public void SetNeed()
    {
        if (Interlocked.Exchange(ref _needsPeers, 1) == 0)
            _wake.Writer.TryWrite(true);
    }

    /// <summary>Clears <see cref="NeedsPeers"/>: a tracker has responded.</summary>
    public void ClearNeed() => Volatile.Write(ref _needsPeers, 0);

    /// <summary>Whether the download has completed in this run; remains set.</summary>
    public bool IsComplete => Volatile.Read(ref _isComplete) != 0;

    /// <summary>Whether everything wanted is complete but not the whole torrent; remains set.</summary>
    public bool IsPartialSeed => Volatile.Read(ref _isPartialSeed) != 0;

    /// <summary>Adds trackers.</summary>
    public void Add(IReadOnlyList<string> urls)
    {
        foreach (string url in urls)
            _added.Enqueue(url);
        _wake.Writer.TryWrite(true);
    }

    /// <summary>Returns the trackers added since the last call, each in a tier of its own.</summary>
    public ImmutableArray<ImmutableArray<string>> TakeAdded()
    {
        List<string> urls = [];
        while (_added.TryDequeue(out string? url))
            urls.Add(url);
        return TrackerTiers.OneEach(urls);
    }

    /// <summary>Sets <see cref="IsComplete"/>.</summary>
    public void SetCompleted()
    {
        Volatile.Write(ref _isComplete, 1);
        _wake.Writer.TryWrite(true);
    }

    /// <summary>Sets <see cref="IsPartialSeed"/>.</summary>
    public void SetPartialSeed()
    {
        Volatile.Write(ref _isPartialSeed, 1);
        _wake.Writer.TryWrite(true);
    }

    /// <summary>Completes when a signal has been set since the last completed call.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        await _wake.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false);
        _wake.Reader.TryRead(out _);
    }
}
