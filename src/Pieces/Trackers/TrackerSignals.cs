using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Threading.Channels;

namespace Pieces.Trackers;

/// <summary>What others ask of a <see cref="TrackerClient"/>'s task, from any thread. Asking twice before it is heard is asking once.</summary>
internal sealed class TrackerSignals
{
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly ConcurrentQueue<string> _added = new();
    private int _needsPeers;
    private int _isComplete;
    private int _isPartialSeed;

    /// <summary>Whether peers are needed; stays until <see cref="ClearNeed"/>.</summary>
    public bool NeedsPeers => Volatile.Read(ref _needsPeers) != 0;

    /// <summary>Asks for peers.</summary>
    public void SetNeed()
    {
        if (Interlocked.Exchange(ref _needsPeers, 1) == 0)
            _wake.Writer.TryWrite(true);
    }

    /// <summary>Peers came.</summary>
    public void ClearNeed() => Volatile.Write(ref _needsPeers, 0);

    /// <summary>Whether the download has become complete in this run; stays so.</summary>
    public bool IsComplete => Volatile.Read(ref _isComplete) != 0;

    /// <summary>Whether what is wanted is complete and the torrent is not; stays so.</summary>
    public bool IsPartialSeed => Volatile.Read(ref _isPartialSeed) != 0;

    /// <summary>Further trackers are to be asked.</summary>
    public void Add(IReadOnlyList<string> urls)
    {
        foreach (string url in urls)
            _added.Enqueue(url);
        _wake.Writer.TryWrite(true);
    }

    /// <summary>The trackers that were added since the last call, each in a tier of its own.</summary>
    public ImmutableArray<ImmutableArray<string>> TakeAdded()
    {
        if (_added.IsEmpty)
            return [];
        var tiers = ImmutableArray.CreateBuilder<ImmutableArray<string>>();
        while (_added.TryDequeue(out string? url))
            tiers.Add([url]);
        return tiers.ToImmutable();
    }

    /// <summary>The download is complete.</summary>
    public void SetCompleted()
    {
        Volatile.Write(ref _isComplete, 1);
        _wake.Writer.TryWrite(true);
    }

    /// <summary>What is wanted is complete, and the torrent is not.</summary>
    public void SetPartialSeed()
    {
        Volatile.Write(ref _isPartialSeed, 1);
        _wake.Writer.TryWrite(true);
    }

    /// <summary>Ends when something was asked since the last call that ended.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        await _wake.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false);
        _wake.Reader.TryRead(out _);
    }
}
