using Pieces.Metadata;
using Pieces.Primitives;

namespace Pieces.Storage.Resume;

/// <summary>Replays the records of a state upon its snapshot.</summary>
internal sealed class ResumeReplay
{
    private readonly PieceLayout _layout;
    private readonly Bitfield _have;
    private readonly Bitfield _durable;
    private readonly Bitfield _doubtful;
    private readonly long[] _identities;
    private readonly Dictionary<int, BlockBits> _candidates = [];

    /// <summary>Begins with what the snapshot says; it is taken over.</summary>
    public ResumeReplay(PieceLayout layout, Bitfield have, Bitfield durable, long[] identities)
    {
        _layout = layout;
        _have = have;
        _durable = durable;
        _identities = identities;
        _doubtful = new Bitfield(layout.PieceCount);
    }

    /// <summary>Replays all whole records. After another start of the machine only what was durable counts; the rest is doubtful.</summary>
    public ResumeState Run(ReadOnlySpan<byte> log, bool sameBoot, bool isSized, long modified)
    {
        List<ResumeRecord> records = new(log.Length / ResumeFile.RecordLength);
        long durableCount = 0;
        while (ResumeFile.TryReadRecord(log, out ResumeRecord record))
        {
            if (record.Fact == ResumeFact.Durable)
                durableCount = Math.Max(durableCount, Math.Min(record.Value, records.Count));
            records.Add(record);
            log = log[ResumeFile.RecordLength..];
        }

        if (!sameBoot)
            DoubtAllButDurable();
        for (int i = 0; i < records.Count; i++)
        {
            bool isDurable = i < durableCount;
            if (isDurable || sameBoot)
                Apply(records[i], isDurable);
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
            IsSized = isSized,
            IsClosed = records.Count > 0 && records[^1] is { Fact: ResumeFact.Durable } last && last.Value == records.Count - 1,
            Modified = modified,
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

    private void Apply(ResumeRecord record, bool isDurable)
    {
        if (record.Fact == ResumeFact.FileMade && (uint)record.Index < (uint)_identities.Length)
            _identities[record.Index] = record.Value;
        if (!_layout.TryGetPiece((uint)record.Index, out PieceIndex piece))
            return;
        switch (record.Fact)
        {
            case ResumeFact.PieceStored:
                _have.Set(piece);
                _candidates.Remove(piece.Value);
                if (isDurable)
                    _durable.Set(piece);
                break;
            case ResumeFact.BlocksWritten:
                AddBlocks(piece, record.Value);
                break;
            case ResumeFact.BlocksForgotten:
                _candidates.Remove(piece.Value);
                break;
        }
    }

    // A file that was made counts in either case: that its identity still fits is seen at once, and its bytes are doubtful anyway.
    private void Doubt(ResumeRecord record)
    {
        if (record.Fact == ResumeFact.FileMade)
            Apply(record, isDurable: false);
        else if (record.Fact is ResumeFact.PieceStored or ResumeFact.BlocksWritten && (uint)record.Index < (uint)_doubtful.Length && !_have[record.Index])
            _doubtful.Set(record.Index);
        else if (record.Fact == ResumeFact.BlocksForgotten)
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
