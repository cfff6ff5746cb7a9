using Pieces.Torrents.Downloading;

namespace Pieces.Torrents.Lifecycle;

/// <summary>
/// The one place that knows whether a torrent is complete: every wanted piece is verified and written, every wanted file has its final name, and the
/// target of a stream has read everything. Data that is only seeded is complete as it is. A complete torrent stays so. Owned by the torrent's loop.
/// </summary>
internal sealed class CompletionState
{
    private readonly PieceManager _pieces;
    private readonly TimeProvider _time;
    private readonly bool _isSeedOnly;
    private int _unfinishedFiles;
    private bool _isDelivered;

    /// <summary>Looks at what was there when the transfer began; nothing is complete before <see cref="TryComplete"/>.</summary>
    /// <param name="pieces">Knows which pieces are missing.</param>
    /// <param name="time">Source of timestamps.</param>
    /// <param name="unfinishedFiles">Number of wanted files without their final name.</param>
    /// <param name="isStream">Whether a target has to read everything.</param>
    /// <param name="isSeedOnly">Whether what is there is only uploaded.</param>
    public CompletionState(PieceManager pieces, TimeProvider time, int unfinishedFiles, bool isStream, bool isSeedOnly)
    {
        _pieces = pieces;
        _time = time;
        _unfinishedFiles = unfinishedFiles;
        _isDelivered = !isStream;
        _isSeedOnly = isSeedOnly;
    }

    /// <summary>Whether the torrent is complete: from now on it only uploads.</summary>
    public bool IsComplete => CompletedAt is not null;

    /// <summary>When it became complete, as a timestamp; null before.</summary>
    public long? CompletedAt { get; private set; }

    /// <summary>Whether it was complete when the transfer began, so that nothing had to be downloaded.</summary>
    public bool BeganComplete { get; private set; }

    private bool HasEverything => _isSeedOnly || (_pieces.IsComplete && _unfinishedFiles == 0 && _isDelivered);

    /// <summary>The transfer begins; every file that the check has finished was reported to <see cref="OnFile"/>.</summary>
    public void Begin() => BeganComplete = HasEverything;

    /// <summary>A wanted file has got its final name.</summary>
    public void OnFile() => _unfinishedFiles--;

    /// <summary>The target of a stream has read everything.</summary>
    public void OnDelivered() => _isDelivered = true;

    /// <summary>Completes the torrent when nothing is missing any more. True once.</summary>
    public bool TryComplete()
    {
        if (IsComplete || !HasEverything)
            return false;
        CompletedAt = _time.GetTimestamp();
        return true;
    }
}
