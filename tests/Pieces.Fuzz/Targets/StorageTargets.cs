using System.Buffers.Binary;
using Pieces.Fuzz.Engine;
using Pieces.Metadata;
using Pieces.Primitives;
using Pieces.Storage.Resume;

namespace Pieces.Fuzz.Targets;

/// <summary>The resume state: a snapshot and the log of records behind it.</summary>
internal static class StorageTargets
{
    private const int Long = 2048;

    private static readonly Guid Boot = new(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);

    private static readonly Metainfo Torrent = MetainfoParser.Parse(System.Text.Encoding.Latin1.GetBytes(
        "d4:infod5:filesld6:lengthi200000e4:pathl1:aeed6:lengthi0e4:pathl1:beed6:lengthi100000e4:pathl1:ceee"
        + "4:name3:top12:piece lengthi32768e6:pieces200:" + new string('h', 200) + "ee"));

    private static readonly int SnapshotLength = ResumeFile.SnapshotLength(Torrent.Layout.PieceCount, Torrent.Files.Length);

    public static IEnumerable<IFuzzTarget> All => [new ParserTarget("resume", Long, Seeds, Words(), Run)];

    private static IEnumerable<byte[]> Seeds()
    {
        byte[] snapshot = ResumeFile.Snapshot(Torrent, Boot, StateOf(have: 3, durable: 1));
        byte[] log =
        [
            .. Record(ResumeFact.FileMade, 0, 77), .. Record(ResumeFact.BlocksWritten, 4, 1), .. Record(ResumeFact.PieceStored, 4, 0),
            .. Record(ResumeFact.BlocksWritten, 5, (1L << 32) | 1), .. Record(ResumeFact.Durable, 0, 3), .. Record(ResumeFact.BlocksForgotten, 5, 0),
            .. Record(ResumeFact.FileSeen, 0, 99),
        ];
        yield return [0, .. snapshot];
        yield return [0, .. snapshot, .. log];
        yield return [1, .. snapshot, .. log, .. Record(ResumeFact.Durable, 0, 7)];
    }

    private static byte[][] Words() =>
        [
            .. Enum.GetValues<ResumeFact>().Select(fact => Record(fact, (int)fact, 1)),
            Record(ResumeFact.Durable, 0, long.MaxValue),
            Record(ResumeFact.PieceStored, -1, 0)
        ];

    // With an odd first byte the sums are made right again, so that what is behind them is reached too.
    private static void Run(byte[] input)
    {
        if (input.Length == 0)
            return;
        byte[] bytes = input[1..];
        if ((input[0] & 1) != 0)
            MakeSumsRight(bytes);
        ResumeReading reading = ResumeFile.Parse(bytes, Torrent, Boot, default);
        BrokenPromiseException.Unless(reading.State is not null == (reading.Verdict == ResumeVerdict.Good), "a good state is given, and no other");
        if (reading.State is not { } state)
            return;
        for (int i = 0; i < Torrent.Layout.PieceCount; i++)
        {
            BrokenPromiseException.Unless(!(state.Have[i] && state.Doubtful[i]), "no piece is there and doubtful");
            BrokenPromiseException.Unless(state.Have[i] || !state.Durable[i], "what is durable is there");
        }

        foreach (int piece in state.Candidates.Keys)
        {
            BrokenPromiseException.Unless((uint)piece < (uint)Torrent.Layout.PieceCount, "blocks are those of a piece of the torrent");
            BrokenPromiseException.Unless(!state.Have[piece], "a piece that is there has no open blocks");
        }
    }

    private static void MakeSumsRight(byte[] bytes)
    {
        if (bytes.Length < SnapshotLength)
            return;
        Sha1Digest.Of(bytes.AsSpan(0, SnapshotLength - Sha1Digest.Length)).CopyTo(bytes.AsSpan(SnapshotLength - Sha1Digest.Length));
        for (int at = SnapshotLength; at + ResumeFile.RecordLength <= bytes.Length; at += ResumeFile.RecordLength)
        {
            Span<byte> record = bytes.AsSpan(at, ResumeFile.RecordLength);
            ResumeFile.WriteRecord(record, new ResumeRecord(
                (ResumeFact)BinaryPrimitives.ReadInt32LittleEndian(record),
                BinaryPrimitives.ReadInt32LittleEndian(record[4..]),
                BinaryPrimitives.ReadInt64LittleEndian(record[8..])));
        }
    }

    private static byte[] Record(ResumeFact fact, int index, long value)
    {
        byte[] bytes = new byte[ResumeFile.RecordLength];
        ResumeFile.WriteRecord(bytes, new ResumeRecord(fact, index, value));
        return bytes;
    }

    private static ResumeState StateOf(int have, int durable)
    {
        var bits = new Bitfield(Torrent.Layout.PieceCount);
        var flushed = new Bitfield(Torrent.Layout.PieceCount);
        for (int i = 0; i < have; i++)
            bits.Set(i);
        for (int i = 0; i < durable; i++)
            flushed.Set(i);
        return new ResumeState
        {
            Have = bits,
            Durable = flushed,
            Doubtful = new Bitfield(bits.Length),
            Candidates = [],
            Identities = new long[Torrent.Files.Length]
        };
    }
}
