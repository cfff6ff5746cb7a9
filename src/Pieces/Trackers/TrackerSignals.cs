using System.Threading.Channels;

namespace Pieces.Trackers;

/// <summary>What others ask of a <see cref="TrackerClient"/>'s task, from any thread. Asking twice before it is heard is asking once.</summary>
internal sealed class TrackerSignals
{
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private int _needsPeers;
    private int _completed;
    private int _partialSeed;

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

    /// <summary>The download is complete.</summary>
    public void SetCompleted()
    {
        Volatile.Write(ref _completed, 1);
        _wake.Writer.TryWrite(true);
    }

    /// <summary>Whether the download has become complete since this was asked last.</summary>
    public bool TakeCompleted() => Interlocked.Exchange(ref _completed, 0) != 0;

    /// <summary>What is wanted is complete, and the torrent is not.</summary>
    public void SetPartialSeed()
    {
        Volatile.Write(ref _partialSeed, 1);
        _wake.Writer.TryWrite(true);
    }

    /// <summary>Whether that has come about since this was asked last.</summary>
    public bool TakePartialSeed() => Interlocked.Exchange(ref _partialSeed, 0) != 0;

    /// <summary>Ends when something was asked since the last call that ended.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        await _wake.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false);
        _wake.Reader.TryRead(out _);
    }
}
