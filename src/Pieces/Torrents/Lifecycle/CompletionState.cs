using Pieces.Torrents.Downloading;

namespace Pieces.Torrents.Lifecycle;

/// <summary>
/// Decides whether a torrent is complete; no other class does. A torrent is complete when every wanted piece is verified and written, every wanted
/// file has its final name, and the target of a stream has read all content. Data that is only seeded counts as complete from the start. A complete
/// torrent stays complete. Owned by the torrent's loop.
/// </summary>
internal sealed class CompletionState
{
    private readonly PieceManager _pieces;
    private readonly TimeProvider _time;
    private readonly bool _isSeedOnly;
    private int _unfinishedFiles;
    private bool _isDelivered;

    /// <summary>Creates an instance with the state at the start of the transfer. Nothing is complete before <see cref="TryComplete"/>.</summary>
    /// <param name="pieces">The pieces of the torrent.</param>
    /// <param name="time">Source of timestamps.</param>
    /// <param name="unfinishedFiles">Number of wanted files that do not have their final name yet.</param>
    /// <param name="isStream">Whether a target must read all content.</param>
    /// <param name="isSeedOnly">Whether the existing data is only uploaded.</param>
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

    /// <summary>Timestamp of completion; null before.</summary>
    public long? CompletedAt { get; private set; }

    /// <summary>Whether it was complete when the transfer began, so that nothing had to be downloaded.</summary>
    public bool BeganComplete { get; private set; }

    private bool HasEverything => _isSeedOnly || (_pieces.IsComplete && _unfinishedFiles == 0 && _isDelivered);

    /// <summary>The transfer begins. Every file that the check has finished was passed to <see cref="OnFile"/>.</summary>
    public void Begin() => BeganComplete = HasEverything;

    /// <summary>A wanted file has received its final name.</summary>
    public void OnFile() => _unfinishedFiles--;

    /// <summary>The target of a stream has read all content.</summary>
    public void OnDelivered() => _isDelivered = true;

    /// <summary>Completes the torrent if nothing is missing any more. Returns true only once.</summary>
    public bool TryComplete()
    {
        if (IsComplete || !HasEverything)
            return false;
        CompletedAt = _time.GetTimestamp();
        return true;
    }
}
