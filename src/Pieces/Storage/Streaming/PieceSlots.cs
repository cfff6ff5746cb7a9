using Pieces.Primitives;

namespace Pieces.Storage.Streaming;

/// <summary>
/// Which piece lies in which slot of a file that has room for a few. A slot that is being read is not given away. Safe for all threads.
/// </summary>
internal sealed class PieceSlots
{
    private readonly Lock _gate = new();
    private readonly Dictionary<int, Slot> _byPiece = [];
    private readonly Stack<int> _free = [];
    private int _made;

    /// <summary>Makes <paramref name="capacity"/> empty slots.</summary>
    public PieceSlots(int capacity) => Capacity = capacity;

    /// <summary>Pieces that find room at one time.</summary>
    public int Capacity { get; }

    /// <summary>The slot of a piece, which gets one if it has none.</summary>
    /// <exception cref="InvalidOperationException">All are taken: more pieces were begun than there is room for, a bug.</exception>
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

    /// <summary>Keeps a piece where it is until <see cref="Release"/>; false when it is not here.</summary>
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

    /// <summary>Takes one <see cref="TryHold"/> back.</summary>
    public void Release(PieceIndex piece)
    {
        lock (_gate)
        {
            Slot slot = _byPiece[piece.Value];
            _byPiece[piece.Value] = slot with { Readers = slot.Readers - 1 };
        }
    }

    /// <summary>Gives a piece's slot to others; false while somebody reads it.</summary>
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
