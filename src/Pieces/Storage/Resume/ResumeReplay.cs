using Pieces.Metadata;
using Pieces.Platform;
using Pieces.Primitives;

namespace Pieces.Storage.Resume;

/// <summary>Applies the records of a resume state to its snapshot.</summary>
internal sealed class ResumeReplay
{
    private readonly PieceLayout _layout;
    private readonly Bitfield _have;
    private readonly Bitfield _durable;
    private readonly Bitfield _doubtful;
    private readonly long[] _identities;
    private readonly long[] _stamps;
    private readonly Dictionary<int, BlockBits> _candidates = [];

    /// <summary>Starts with the content of the snapshot, and takes ownership of the arguments.</summary>
    public ResumeReplay(PieceLayout layout, Bitfield have, Bitfield durable, long[] identities)
    {
        _layout = layout;
        _have = have;
        _durable = durable;
        _identities = identities;
        _stamps = new long[identities.Length];
        _doubtful = new Bitfield(layout.PieceCount);
    }

    /// <summary>
    /// Replays all complete records. Pieces count only if a <see cref="ResumeFact.Durable"/> record covers them. All others are doubtful, because the
    /// disk may have been detached, reset or replaced while the machine was running. Without a reboot, blocks of open pieces count without a durable
    /// record, because their piece will be hashed in any case.
    /// </summary>
    public ResumeState Run(ReadOnlySpan<byte> log, bool sameBoot, bool isSized, in FileStat facts)
    {
        List<ResumeRecord> records = new(log.Length / ResumeFile.RecordLength);
        long durableCount = -1;
        while (ResumeFile.TryReadRecord(log, out ResumeRecord record))
        {
            if (record.Fact == ResumeFact.Durable)
                durableCount = Math.Max(durableCount, Math.Min(record.Value, records.Count));
            records.Add(record);
            log = log[ResumeFile.RecordLength..];
        }

        // A flush begins after the snapshot that precedes its record, so the flush covers the snapshot too.
        if (durableCount < 0)
            DoubtAllButDurable();
        else
            CountAllAsDurable();
        for (int i = 0; i < records.Count; i++)
        {
            if (i < durableCount || (sameBoot && records[i].Fact == ResumeFact.BlocksWritten))
                Apply(records[i]);
            else
                Doubt(records[i]);
        }

        return new ResumeState
        {
            Have = _have,
            Durable = _durable,
            Doubtful = _doubtful,
            Candidates = _candidates,
            Identities = _identities,
            Stamps = _stamps,
            IsSized = isSized,
            IsClosed = records.Count > 0 && records[^1] is { Fact: ResumeFact.Durable } last && last.Value == records.Count - 1,
            Modified = facts.Modified,
            Born = facts.Identity.Birth,
        };
    }

    private void DoubtAllButDurable()
    {
        for (int i = _have.NextSet(0); i >= 0; i = _have.NextSet(i + 1))
        {
            if (_durable[i])
                continue;
            _have.Clear(i);
            _doubtful.Set(i);
        }
    }

    private void CountAllAsDurable()
    {
        for (int i = _have.NextSet(0); i >= 0; i = _have.NextSet(i + 1))
            _durable.Set(i);
    }

    private void Apply(ResumeRecord record)
    {
        if ((uint)record.Index < (uint)_identities.Length)
            ApplyToFile(record);
        if (!_layout.TryGetPiece((uint)record.Index, out PieceIndex piece))
            return;
        switch (record.Fact)
        {
            case ResumeFact.PieceStored:
                _have.Set(piece);
                _durable.Set(piece);
                _doubtful.Clear(piece);
                _candidates.Remove(piece.Value);
                break;
            case ResumeFact.BlocksWritten:
                AddBlocks(piece, record.Value);
                break;
            case ResumeFact.BlocksForgotten:
                _candidates.Remove(piece.Value);
                break;
        }
    }

    private void ApplyToFile(ResumeRecord record)
    {
        if (record.Fact == ResumeFact.FileMade)
            (_identities[record.Index], _stamps[record.Index]) = (record.Value, 0);
        else if (record.Fact == ResumeFact.FileSeen)
            _stamps[record.Index] = record.Value;
    }

    // Records about files are applied even when they are not durable: a later check shows whether the file matches, and its pieces are doubtful in
    // any case.
    private void Doubt(ResumeRecord record)
    {
        if (record.Fact is ResumeFact.FileMade or ResumeFact.FileSeen)
            Apply(record);
        else if (record.Fact is ResumeFact.PieceStored or ResumeFact.BlocksWritten
            && (uint)record.Index < (uint)_doubtful.Length && !_have[record.Index])
            _doubtful.Set(record.Index);

        // If a complete piece turns out to be bad, its blocks cannot be used either.
        if (record.Fact is ResumeFact.PieceStored or ResumeFact.BlocksForgotten)
            _candidates.Remove(record.Index);
    }

    private void AddBlocks(PieceIndex piece, long value)
    {
        int count = _layout.BlockCountOf(piece);
        long first = value >>> 32, length = value & uint.MaxValue;
        if (_have[piece] || length == 0 || first + length > count)
            return;
        if (!_candidates.TryGetValue(piece.Value, out BlockBits? bits))
            _candidates.Add(piece.Value, bits = BlockBits.Of(_layout, piece));
        bits.Set((int)first, (int)length);
    }
}
