using System.Buffers.Binary;
using System.Numerics;
using Pieces.Metadata;
using Pieces.Platform;
using Pieces.Primitives;
using Pieces.Storage.Files;

namespace Pieces.Storage.Resume;

/// <summary>How a reading of the state went.</summary>
internal enum ResumeVerdict
{
    /// <summary>There is none.</summary>
    Missing,

    /// <summary>It is of use.</summary>
    Good,

    /// <summary>It belongs to another torrent.</summary>
    Foreign,

    /// <summary>It is damaged or of a later version.</summary>
    Unusable,
}

/// <summary>The outcome of reading a state: the state when it is good, else why not.</summary>
internal readonly record struct ResumeReading(ResumeVerdict Verdict, ResumeState? State, string Reason);

/// <summary>
/// The form of the state: a snapshot that ends in its SHA-1, then records of 20 bytes (fact, index, value, CRC-32C), all little-endian.
/// A record that was torn by a sudden end, and all after it, do not count.
/// </summary>
internal static class ResumeFile
{
    /// <summary>Length of a record, in bytes.</summary>
    public const int RecordLength = 20;

    /// <summary>Version of the form. It names a torrent by both of its info-hashes; version 1, by the SHA-1 alone, is still read.</summary>
    public const int Version = 2;

    /// <summary>Bytes of records after which the state is written anew, at least.</summary>
    public const int MinRewriteLength = 1024 * 1024;

    /// <summary>Bytes of records, at the most: what is longer cannot be ours, since the log is written anew long before.</summary>
    public const long MaxRecordsLength = 256L * 1024 * 1024;

    private const ulong Magic = 0x0A45544154534350; // "PCSTATE\n"
    private const int OldVersion = 1;
    private const int OldHeaderLength = 72;
    private const int HeaderLength = OldHeaderLength + InfoHashV2.Length;
    private const int SizedFlag = 1;
    private const int V1Flag = 2;
    private const int V2Flag = 4;
    private const int NamesShift = 16;
    private const int FlagsOffset = 12;

    /// <summary>Length of the snapshot of a torrent, in bytes.</summary>
    public static int SnapshotLength(int pieces, int files) => SnapshotLength(HeaderLength, pieces, files);

    /// <summary>Writes a snapshot; the candidates follow as records.</summary>
    public static byte[] Snapshot(Metainfo metainfo, Guid boot, ResumeState state)
    {
        byte[] bytes = new byte[SnapshotLength(metainfo.Layout.PieceCount, metainfo.Files.Length)];
        WriteHeader(bytes, metainfo, boot, (state.IsSized ? SizedFlag : 0) | ((metainfo.Names?.Code ?? 0) << NamesShift));
        int bits = state.Have.ByteLength;
        state.Have.WriteTo(bytes.AsSpan(HeaderLength, bits));
        state.Durable.WriteTo(bytes.AsSpan(HeaderLength + bits, bits));
        Span<byte> identities = bytes.AsSpan(HeaderLength + (2 * bits));
        for (int i = 0; i < state.Identities.Length; i++)
            BinaryPrimitives.WriteInt64LittleEndian(identities[(8 * i)..], state.Identities[i]);
        Sha1Digest.Of(bytes.AsSpan(..^Sha1Digest.Length)).CopyTo(bytes.AsSpan(bytes.Length - Sha1Digest.Length));
        return bytes;
    }

    /// <summary>Writes one record to the front of <paramref name="destination"/>.</summary>
    public static void WriteRecord(Span<byte> destination, ResumeRecord record)
    {
        BinaryPrimitives.WriteInt32LittleEndian(destination, (int)record.Fact);
        BinaryPrimitives.WriteInt32LittleEndian(destination[4..], record.Index);
        BinaryPrimitives.WriteInt64LittleEndian(destination[8..], record.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[16..], Checksum(destination));
    }

    /// <summary>After which rules the files were named when the state was written; null for those of the system, and where it does not say.</summary>
    public static NameRules? ReadNames(FileLocation file)
    {
        try
        {
            if (!FileFacts.Of(file).IsFile)
                return null;
            byte[] header = FileFacts.ReadAll(file, OldHeaderLength, out FileStat facts);
            bool isState = header.Length == OldHeaderLength && BinaryPrimitives.ReadUInt64LittleEndian(header) == Magic && facts.Trust != FileTrust.Foreign;
            return isState ? NameRules.Read(BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(FlagsOffset)) >>> NamesShift) : null;
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            throw DiskErrors.Wrap(file, "read it", e);
        }
    }

    /// <summary>Reads the state of a torrent; never throws for what is in it.</summary>
    /// <param name="file">Where it is.</param>
    /// <param name="metainfo">The torrent it should be about.</param>
    /// <param name="boot">Names the present start of the machine; empty when unknown, and then only what is durable counts.</param>
    /// <exception cref="StorageException">It is there and cannot be read.</exception>
    public static ResumeReading Read(FileLocation file, Metainfo metainfo, Guid boot)
    {
        FileStat facts = FileFacts.Of(file);
        if (facts.Kind == FileKind.Missing)
            return new ResumeReading(ResumeVerdict.Missing, null, "");
        if (!facts.IsFile)
            return new ResumeReading(ResumeVerdict.Unusable, null, "it is not an ordinary file");
        long limit = SnapshotLength(metainfo.Layout.PieceCount, metainfo.Files.Length) + MaxRecordsLength;
        byte[] bytes;
        try
        {
            bytes = FileFacts.ReadAll(file, limit, out facts);
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            throw DiskErrors.Wrap(file, "read it", e);
        }

        if (facts.Length > limit)
            return new ResumeReading(ResumeVerdict.Unusable, null, $"it is {facts.Length} bytes long");
        // What others could write says what they want, and the data would be believed without a look at it.
        if (facts.Trust is FileTrust.Foreign or FileTrust.Exposed)
        {
            string why = facts.Trust == FileTrust.Foreign ? "it belongs to another user" : "every user may write to it";
            return new ResumeReading(ResumeVerdict.Unusable, null, why);
        }

        return Parse(bytes, metainfo, boot, facts);
    }

    private static int SnapshotLength(int headerLength, int pieces, int files) =>
        headerLength + (2 * Bitfield.ByteLengthOf(pieces)) + (8 * files) + Sha1Digest.Length;

    /// <summary>As <see cref="Read"/>, from the bytes of the file.</summary>
    /// <param name="bytes">All of them.</param>
    /// <param name="metainfo">The torrent it should be about.</param>
    /// <param name="boot">Names the present start of the machine.</param>
    /// <param name="facts">How the file looks.</param>
    public static ResumeReading Parse(byte[] bytes, Metainfo metainfo, Guid boot, in FileStat facts)
    {
        if (bytes.Length == 0)
            return new ResumeReading(ResumeVerdict.Unusable, null, "it is empty");
        if (bytes.Length < OldHeaderLength || BinaryPrimitives.ReadUInt64LittleEndian(bytes) != Magic)
            return new ResumeReading(ResumeVerdict.Unusable, null, "it is damaged");
        int version = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(8));
        if (version is not (OldVersion or Version))
            return new ResumeReading(ResumeVerdict.Unusable, null, $"it is of version {version}, not {Version}");
        int headerLength = version == OldVersion ? OldHeaderLength : HeaderLength;
        if (bytes.Length < headerLength)
            return new ResumeReading(ResumeVerdict.Unusable, null, "it is damaged");
        if (ReadId(bytes, version) is not { } id || !id.IsSameAs(metainfo.Id))
            return new ResumeReading(ResumeVerdict.Foreign, null, "it belongs to another torrent");
        int snapshotLength = SnapshotLength(headerLength, metainfo.Layout.PieceCount, metainfo.Files.Length);
        if (bytes.Length < snapshotLength || !SameShape(bytes, metainfo)
            || !Sha1Digest.Of(bytes.AsSpan(0, snapshotLength - Sha1Digest.Length)).Matches(bytes.AsSpan(snapshotLength - Sha1Digest.Length, Sha1Digest.Length)))
            return new ResumeReading(ResumeVerdict.Unusable, null, "it is damaged");

        int pieces = metainfo.Layout.PieceCount;
        int bits = Bitfield.ByteLengthOf(pieces);
        if (!Bitfield.TryRead(bytes.AsSpan(headerLength, bits), pieces, out Bitfield have)
            || !Bitfield.TryRead(bytes.AsSpan(headerLength + bits, bits), pieces, out Bitfield durable))
            return new ResumeReading(ResumeVerdict.Unusable, null, "it is damaged");
        if (durable.AnyBeyond(have))
            return new ResumeReading(ResumeVerdict.Unusable, null, "it is damaged");
        long[] identities = new long[metainfo.Files.Length];
        for (int i = 0; i < identities.Length; i++)
            identities[i] = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(headerLength + (2 * bits) + (8 * i)));

        bool sameBoot = boot != Guid.Empty && boot == new Guid(bytes.AsSpan(36, 16));
        bool isSized = (BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(12)) & SizedFlag) != 0;
        var replay = new ResumeReplay(metainfo.Layout, have, durable, identities);
        ResumeState state = replay.Run(bytes.AsSpan(snapshotLength), sameBoot, isSized, facts);
        return new ResumeReading(ResumeVerdict.Good, state, "");
    }

    /// <summary>Takes the record at the front; false when it is torn.</summary>
    public static bool TryReadRecord(ReadOnlySpan<byte> source, out ResumeRecord record)
    {
        record = default;
        if (source.Length < RecordLength || BinaryPrimitives.ReadUInt32LittleEndian(source[16..]) != Checksum(source))
            return false;
        record = new ResumeRecord(
            (ResumeFact)BinaryPrimitives.ReadInt32LittleEndian(source),
            BinaryPrimitives.ReadInt32LittleEndian(source[4..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[8..]));
        return true;
    }

    private static void WriteHeader(Span<byte> header, Metainfo metainfo, Guid boot, int flags)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(header, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], Version);
        TorrentId id = metainfo.Id;
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], flags | (id.V1 is null ? 0 : V1Flag) | (id.V2 is null ? 0 : V2Flag));
        id.V1?.CopyTo(header[16..]);
        boot.TryWriteBytes(header[36..]);
        BinaryPrimitives.WriteInt32LittleEndian(header[52..], metainfo.Layout.PieceCount);
        BinaryPrimitives.WriteInt32LittleEndian(header[56..], metainfo.Layout.PieceLength);
        BinaryPrimitives.WriteInt64LittleEndian(header[60..], metainfo.Layout.TotalLength);
        BinaryPrimitives.WriteInt32LittleEndian(header[68..], metainfo.Files.Length);
        id.V2?.CopyTo(header[OldHeaderLength..]);
    }

    /// <summary>Which torrent the state is about; null when it does not say. Version 1 knew the SHA-1 alone.</summary>
    private static TorrentId? ReadId(ReadOnlySpan<byte> header, int version)
    {
        int flags = version == OldVersion ? V1Flag : BinaryPrimitives.ReadInt32LittleEndian(header[12..]);
        InfoHash? v1 = (flags & V1Flag) == 0 ? null : InfoHash.FromBytes(header.Slice(16, InfoHash.Length));
        InfoHashV2? v2 = (flags & V2Flag) == 0 ? null : InfoHashV2.FromBytes(header.Slice(OldHeaderLength, InfoHashV2.Length));
        return v1 is null && v2 is null ? null : new TorrentId(v1, v2);
    }

    private static bool SameShape(ReadOnlySpan<byte> header, Metainfo metainfo) =>
        BinaryPrimitives.ReadInt32LittleEndian(header[52..]) == metainfo.Layout.PieceCount
        && BinaryPrimitives.ReadInt32LittleEndian(header[56..]) == metainfo.Layout.PieceLength
        && BinaryPrimitives.ReadInt64LittleEndian(header[60..]) == metainfo.Layout.TotalLength
        && BinaryPrimitives.ReadInt32LittleEndian(header[68..]) == metainfo.Files.Length;

    private static uint Checksum(ReadOnlySpan<byte> record)
    {
        uint crc = BitOperations.Crc32C(uint.MaxValue, BinaryPrimitives.ReadUInt64LittleEndian(record));
        return ~BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(record[8..]));
    }
}
