using Pieces.Primitives;

namespace Pieces.Storage;

/// <summary>The set of stored pieces of a stream, for a reader that waits for the next one. Safe for all threads; one reader.</summary>
internal sealed class PieceArrivals
{
    private readonly Lock _gate = new();
    private readonly Bitfield _stored;
    private TaskCompletionSource? _arrival;
    private int _awaited = -1;
    private bool _isClosed;

    public PieceArrivals(int pieceCount) => _stored = new Bitfield(pieceCount);

    /// <summary>Records that a piece is stored.</summary>
    public void Add(PieceIndex piece)
    {
        TaskCompletionSource? arrival = null;
        lock (_gate)
        {
            _stored.Set(piece);
            if (piece.Value == _awaited)
                (arrival, _arrival) = (_arrival, null);
        }

        arrival?.SetResult();
    }

    /// <summary>No more pieces will be stored: wakes a waiting reader, and makes <see cref="Has"/> throw.</summary>
    public void Close()
    {
        TaskCompletionSource? arrival;
        lock (_gate)
        {
            _isClosed = true;
            (arrival, _arrival) = (_arrival, null);
        }

        arrival?.SetResult();
    }

    /// <summary>A task that completes when the piece is stored or this object is closed; null when either has already happened.</summary>
    public Task? Wait(PieceIndex piece)
    {
        lock (_gate)
        {
            if (_isClosed || _stored[piece])
                return null;
            _awaited = piece.Value;
            _arrival ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _arrival.Task;
        }
    }

    /// <exception cref="OperationCanceledException">This object is closed: the torrent has ended.</exception>
    public bool Has(PieceIndex piece)
    {
        lock (_gate)
        {
            if (_isClosed)
                throw new OperationCanceledException("the torrent has ended");
            return _stored[piece];
        }
    }
}
