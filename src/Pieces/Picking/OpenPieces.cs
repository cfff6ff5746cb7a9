using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Pieces.Primitives;
using Pieces.Storage;

namespace Pieces.Picking;

/// <summary>
/// The open and verifying pieces with their reservations in the memory budget, and the parked pieces: closed, with blocks on disk. Keeps the states
/// of the piece table in step.
/// </summary>
internal sealed class OpenPieces
{
    /// <summary>Maximum number of closed pieces whose blocks on disk are remembered.</summary>
    public const int MaxParked = 1024;

    private readonly PieceTable _table;
    private readonly MemoryBudget _budget;
    private readonly Dictionary<int, PieceAssembly> _byPiece = [];
    private readonly List<PieceAssembly> _open = [];
    private readonly List<PieceAssembly> _askable = [];
    private readonly Dictionary<int, PieceAssembly> _parked = [];
    private readonly Dictionary<SenderId, long> _reservedBy = [];
    private long _sequence;

    public OpenPieces(PieceTable table, MemoryBudget budget)
    {
        _table = table;
        _budget = budget;
    }

    /// <summary>Open pieces, oldest first.</summary>
    public IReadOnlyList<PieceAssembly> Open => _open;

    /// <summary>Open pieces with free blocks, oldest first.</summary>
    public List<PieceAssembly> Askable => _askable;

    /// <summary>Number of open and verifying pieces.</summary>
    public int Count => _byPiece.Count;

    /// <summary>Finds an open or verifying piece.</summary>
    public bool TryGet(PieceIndex piece, [MaybeNullWhen(false)] out PieceAssembly assembly) => _byPiece.TryGetValue(piece.Value, out assembly);

    /// <summary>Bytes of the budget that are reserved for pieces opened for a source.</summary>
    public long ReservedBy(SenderId opener) => _reservedBy.GetValueOrDefault(opener);

    /// <summary>Opens a missing piece. Returns false if the budget has no room.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="opener">The source to which the reservation is charged.</param>
    /// <param name="most">Maximum number of bytes to reserve if the piece is too large to be held whole.</param>
    /// <param name="now">Timestamp.</param>
    /// <param name="assembly">The open piece.</param>
    public bool TryOpen(PieceIndex piece, SenderId opener, long most, long now, [MaybeNullWhen(false)] out PieceAssembly assembly)
    {
        assembly = null;
        int length = _table.Layout.LengthOf(piece);
        if (!TryReserve(length, most, out long reserved))
            return false;

        if (!_parked.Remove(piece.Value, out assembly))
            assembly = new PieceAssembly(piece, length, _table.Layout.BlockCountOf(piece));
        assembly.Reserved = reserved;
        assembly.Opener = opener;
        CollectionsMarshal.GetValueRefOrAddDefault(_reservedBy, opener, out _) += reserved;
        assembly.LastProgress = now;
        assembly.Sequence = _sequence++;
        _table.MarkOpen(piece);
        _byPiece.Add(piece.Value, assembly);
        _open.Add(assembly);
        if (assembly.Blocks.Free > 0)
            _askable.Add(assembly);
        return true;
    }

    /// <summary>
    /// Remembers blocks that an earlier run has left on disk. Returns false if the piece is not missing or too many are remembered.
    /// </summary>
    public bool Park(PieceIndex piece, IReadOnlyList<int> ordinals)
    {
        if (_table.StatusOf(piece) != PieceStatus.Missing || _parked.Count >= MaxParked)
            return false;
        if (!_parked.TryGetValue(piece.Value, out PieceAssembly? assembly))
        {
            assembly = new PieceAssembly(piece, _table.Layout.LengthOf(piece), _table.Layout.BlockCountOf(piece));
            _parked.Add(piece.Value, assembly);
        }

        for (int i = 0; i < ordinals.Count; i++)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)ordinals[i], (uint)assembly.Blocks.Count, nameof(ordinals));
            assembly.Blocks.FoundOnDisk(ordinals[i]);
        }

        return true;
    }

    /// <summary>Finds a parked piece that the source has.</summary>
    public bool TryPickParked(IPeerPieces source, out PieceIndex piece)
    {
        foreach (PieceAssembly parked in _parked.Values)
        {
            if (!source.Has(parked.Piece))
                continue;
            piece = parked.Piece;
            return true;
        }

        piece = default;
        return false;
    }

    /// <summary>Closes an open piece for which no disk job is in progress. Returns true if blocks of it stay on disk and are remembered.</summary>
    public bool Close(PieceAssembly assembly)
    {
        assembly.Blocks.KeepWrittenOnly();
        assembly.IsClosing = false;
        assembly.Owner = SenderId.None;
        Release(assembly);
        _open.Remove(assembly);
        _askable.Remove(assembly);
        _byPiece.Remove(assembly.Piece.Value);
        _table.MarkMissing(assembly.Piece);
        if (assembly.Blocks.Written == 0 || _parked.Count >= MaxParked)
            return false;
        _parked.Add(assembly.Piece.Value, assembly);
        return true;
    }

    /// <summary>All blocks have been received: the piece is passed to the disk, and keeps its reservation until the result is known.</summary>
    public void BeginVerifying(PieceAssembly assembly)
    {
        _table.MarkVerifying(assembly.Piece);
        _open.Remove(assembly);
        _askable.Remove(assembly);
    }

    /// <summary>The piece is stored.</summary>
    public void Finish(PieceAssembly assembly)
    {
        _table.MarkHave(assembly.Piece);
        _byPiece.Remove(assembly.Piece.Value);
        Release(assembly);
    }

    /// <summary>The hash check failed: the piece is open again, without blocks and with the same reservation.</summary>
    public void Reopen(PieceAssembly assembly, long now)
    {
        _table.MarkRejected(assembly.Piece);
        assembly.StartOver();
        assembly.LastProgress = now;
        Insert(_open, assembly);
        Insert(_askable, assembly);
    }

    /// <summary>Releases all buffers and reservations without the disk, when no disk job is in progress any more.</summary>
    public void Abandon()
    {
        foreach (PieceAssembly assembly in _byPiece.Values)
        {
            assembly.Blocks.KeepWrittenOnly();
            Release(assembly);
        }

        _byPiece.Clear();
        _open.Clear();
        _askable.Clear();
    }

    /// <summary>A block became free: blocks of the piece can be requested again.</summary>
    public void OnFreed(PieceAssembly assembly)
    {
        if (!_askable.Contains(assembly))
            Insert(_askable, assembly);
    }

    /// <summary>The piece has no free blocks any more.</summary>
    public void OnAllAsked(PieceAssembly assembly) => _askable.Remove(assembly);

    // A large piece reserves half of the budget if possible, so that a fast peer with a high latency has room for its requests. If other pieces hold
    // too much of the budget, it reserves a quarter or an eighth.
    private bool TryReserve(int length, long most, out long reserved)
    {
        reserved = length;
        if (length <= _budget.LargestWholePiece)
            return _budget.TryReserve(reserved);

        for (long share = _budget.Capacity / 2; share >= _budget.Capacity / 8 && share >= BlockRequest.MaxLength; share /= 2)
        {
            reserved = Math.Min(share, length);
            if (reserved <= most && _budget.TryReserve(reserved))
                return true;
        }

        return false;
    }

    private void Release(PieceAssembly assembly)
    {
        _budget.Release(assembly.Reserved);
        ref long held = ref CollectionsMarshal.GetValueRefOrAddDefault(_reservedBy, assembly.Opener, out _);
        held -= assembly.Reserved;
        if (held == 0)
            _reservedBy.Remove(assembly.Opener);
        assembly.Reserved = 0;
    }

    private static void Insert(List<PieceAssembly> list, PieceAssembly assembly)
    {
        int at = list.Count;
        while (at > 0 && list[at - 1].Sequence > assembly.Sequence)
            at--;
        list.Insert(at, assembly);
    }
}
