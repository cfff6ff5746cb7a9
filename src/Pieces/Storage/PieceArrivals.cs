using Pieces.Primitives;

namespace Pieces.Storage;

/// <summary>Which pieces of a stream are stored, for a reader that waits for the next one. Safe for all threads; one reader.</summary>
internal sealed class PieceArrivals
{
    private readonly Lock _gate = new();
    private readonly Bitfield _stored;
    private TaskCompletionSource? _arrival;
    private int _awaited = -1;
    private bool _isClosed;

    /// <summary>Starts without pieces.</summary>
    public PieceArrivals(int pieceCount) => _stored = new Bitfield(pieceCount);

    /// <summary>A piece is stored.</summary>
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

    /// <summary>No piece is stored any more: a reader that waits is woken, and <see cref="Has"/> throws.</summary>
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

    /// <summary>Ends when a piece is stored, or when this is closed; null when that is so already.</summary>
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

    /// <summary>Whether a piece is stored.</summary>
    /// <exception cref="OperationCanceledException">This is closed: the torrent has ended.</exception>
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
