using Pieces.Primitives;

namespace Pieces.Storage.Streaming;

/// <summary>
/// Assigns pieces to the slots of a file that has space for a limited number of pieces. A slot that is being read is not reassigned. Safe for all
/// threads.
/// </summary>
internal sealed class PieceSlots
{
    private readonly Lock _gate = new();
    private readonly Dictionary<int, Slot> _byPiece = [];
    private readonly Stack<int> _free = [];
    private int _made;

    public PieceSlots(int capacity) => Capacity = capacity;

    /// <summary>Number of slots.</summary>
    public int Capacity { get; }

    /// <summary>The slot of a piece; a piece without a slot gets one.</summary>
    /// <exception cref="InvalidOperationException">All slots are taken: more pieces were started than fit, which is a bug.</exception>
    public int Take(PieceIndex piece)
    {
        lock (_gate)
        {
            if (_byPiece.TryGetValue(piece.Value, out Slot slot))
                return slot.Number;
            if (!_free.TryPop(out int number))
            {
                if (_made == Capacity)
                    throw new InvalidOperationException($"piece {piece} has no room: all {Capacity} slots are taken");
                number = _made++;
            }

            _byPiece.Add(piece.Value, new Slot(number, 0));
            return number;
        }
    }

    /// <summary>The slot of a piece, if it has one.</summary>
    public bool TryFind(PieceIndex piece, out int slot)
    {
        lock (_gate)
        {
            bool found = _byPiece.TryGetValue(piece.Value, out Slot taken);
            slot = taken.Number;
            return found;
        }
    }

    /// <summary>Keeps a piece in its slot until <see cref="Release"/>; false when the piece has no slot.</summary>
    public bool TryHold(PieceIndex piece)
    {
        lock (_gate)
        {
            if (!_byPiece.TryGetValue(piece.Value, out Slot slot))
                return false;
            _byPiece[piece.Value] = slot with { Readers = slot.Readers + 1 };
            return true;
        }
    }

    /// <summary>Ends one <see cref="TryHold"/>.</summary>
    public void Release(PieceIndex piece)
    {
        lock (_gate)
        {
            Slot slot = _byPiece[piece.Value];
            _byPiece[piece.Value] = slot with { Readers = slot.Readers - 1 };
        }
    }

    /// <summary>Frees a piece's slot for other pieces; false while the piece is being read.</summary>
    public bool TryDrop(PieceIndex piece)
    {
        lock (_gate)
        {
            if (!_byPiece.TryGetValue(piece.Value, out Slot slot))
                return true;
            if (slot.Readers > 0)
                return false;
            _byPiece.Remove(piece.Value);
            _free.Push(slot.Number);
            return true;
        }
    }

    private readonly record struct Slot(int Number, int Readers);
}
