using Pieces.Metadata;
using Pieces.Primitives;

namespace Pieces.Storage.Resume;

/// <summary>Keeps in memory what is on the disk; every snapshot of the resume state is made from it. Safe for all threads.</summary>
internal sealed class PieceLedger
{
    private readonly Lock _gate = new();
    private readonly PieceLayout _layout;
    private readonly Bitfield _have;
    private readonly Bitfield _durable;
    private readonly Dictionary<int, BlockBits> _candidates;
    private readonly long[] _identities;
    private readonly Dictionary<int, long> _stamps = [];
    private readonly bool _isSized;
    private readonly HashSet<int> _unflushed = [];

    /// <summary>Starts with the data found when the storage was opened; takes ownership of <paramref name="start"/>.</summary>
    public PieceLedger(PieceLayout layout, ResumeState start)
    {
        _layout = layout;
        _have = start.Have;
        _durable = start.Durable;
        _candidates = start.Candidates;
        _identities = start.Identities;
        _isSized = start.IsSized;
        for (int i = _have.NextSet(0); i >= 0; i = _have.NextSet(i + 1))
        {
            if (!_durable[i])
                _unflushed.Add(i);
        }
    }

    /// <summary>Whether a piece is verified and written.</summary>
    public bool Has(PieceIndex piece)
    {
        lock (_gate)
            return _have[piece];
    }

    /// <summary>Records that a piece is verified and written.</summary>
    public void AddPiece(PieceIndex piece)
    {
        lock (_gate)
        {
            _candidates.Remove(piece.Value);
            if (_have.Set(piece))
                _unflushed.Add(piece.Value);
        }
    }

    /// <summary>Records that blocks of an open piece are written.</summary>
    public void AddBlocks(PieceIndex piece, int first, int count)
    {
        lock (_gate)
        {
            if (!_candidates.TryGetValue(piece.Value, out BlockBits? bits))
                _candidates.Add(piece.Value, bits = BlockBits.Of(_layout, piece));
            bits.Set(first, count);
        }
    }

    /// <summary>
    /// Number of consecutive blocks of an open piece that are on the disk, starting with block <paramref name="first"/>; at most
    /// <paramref name="atMost"/>.
    /// </summary>
    public int BlocksFrom(PieceIndex piece, int first, int atMost)
    {
        lock (_gate)
        {
            if (!_candidates.TryGetValue(piece.Value, out BlockBits? bits))
                return 0;
            int count = 0;
            while (count < atMost && bits[first + count])
                count++;
            return count;
        }
    }

    /// <summary>Forgets the blocks of an open piece; false when there were none.</summary>
    public bool Forget(PieceIndex piece)
    {
        lock (_gate)
            return _candidates.Remove(piece.Value);
    }

    /// <summary>Records the identity of a file that was created.</summary>
    public void SetIdentity(int file, long identity)
    {
        lock (_gate)
            _identities[file] = identity;
    }

    /// <summary>Records the stamp of a file after all written data of the file was flushed.</summary>
    public void SetStamp(int file, long stamp)
    {
        lock (_gate)
            _stamps[file] = stamp;
    }

    /// <summary>The pieces that are not durable. A flush that begins after this call makes them durable.</summary>
    public List<int> Unflushed()
    {
        lock (_gate)
            return [.. _unflushed];
    }

    /// <summary>Records that pieces have reached the disk.</summary>
    public void SetDurable(IReadOnlyCollection<int> pieces)
    {
        lock (_gate)
        {
            foreach (int piece in pieces)
            {
                _durable.Set(piece);
                _unflushed.Remove(piece);
            }
        }
    }

    /// <summary>A copy of the ledger, without candidate blocks and stamps: see <see cref="Records"/>.</summary>
    public ResumeState Snapshot()
    {
        lock (_gate)
        {
            return new ResumeState
            {
                Have = _have.Clone(),
                Durable = _durable.Clone(),
                Doubtful = new Bitfield(0),
                Candidates = [],
                Identities = [.. _identities],
                IsSized = _isSized,
            };
        }
    }

    /// <summary>The data that a snapshot does not contain, as records: the candidate blocks, and the stamps of files.</summary>
    public List<ResumeRecord> Records()
    {
        List<ResumeRecord> records = [];
        lock (_gate)
        {
            foreach ((int piece, BlockBits bits) in _candidates)
            {
                for (int at = 0; bits.TryNextRun(at, out int first, out int length); at = first + length)
                    records.Add(ResumeRecord.Blocks(_layout.Piece(piece), first, length));
            }

            foreach ((int file, long stamp) in _stamps)
                records.Add(new ResumeRecord(ResumeFact.FileSeen, file, stamp));
        }

        return records;
    }
}
