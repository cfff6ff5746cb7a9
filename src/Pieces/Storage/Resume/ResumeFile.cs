using System.Buffers.Binary;
using System.Numerics;
using Pieces.Metadata;
using Pieces.Platform;
using Pieces.Primitives;
using Pieces.Storage.Files;

namespace Pieces.Storage.Resume;

/// <summary>Result of reading a resume state.</summary>
internal enum ResumeVerdict
{
    /// <summary>There is no resume state.</summary>
    Missing,

    /// <summary>The resume state is valid.</summary>
    Good,

    /// <summary>The resume state belongs to another torrent.</summary>
    Foreign,

    /// <summary>The resume state is damaged, of a later version, or not trustworthy.</summary>
    Unusable,
}

/// <summary>The outcome of reading a resume state: the state when it is good, otherwise the reason.</summary>
internal readonly record struct ResumeReading(ResumeVerdict Verdict, ResumeState? State, string Reason);

/// <summary>
/// The file format of the resume state: a snapshot that ends in its SHA-1, followed by records of 20 bytes (fact, index, value, CRC-32C), all
/// little-endian. A record that a crash left incomplete, and all records after it, are ignored.
/// </summary>
internal static class ResumeFile
{
    /// <summary>Length of a record, in bytes.</summary>
    public const int RecordLength = 20;

    /// <summary>
    /// Version of the format. It identifies a torrent by both of its info-hashes; version 1, with only the SHA-1 info-hash, can still be read.
    /// </summary>
    public const int Version = 2;

    /// <summary>Minimum length of the records, in bytes, before the state is rewritten.</summary>
    public const int MinRewriteLength = 1024 * 1024;

    /// <summary>
    /// Maximum length of the records that are read, in bytes. The program never writes that many, because it rewrites the log long before.
    /// </summary>
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

    /// <summary>Composes a snapshot; the candidate blocks follow as records.</summary>
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

    /// <summary>
    /// The naming rules that were in use when the state was written; null for those of the operating system, and when the state does not contain any.
    /// </summary>
    public static NameRules? ReadNames(FileLocation file)
    {
        try
        {
            if (!FileFacts.Of(file).IsFile)
                return null;
            byte[] header = FileFacts.ReadAll(file, OldHeaderLength, out FileStat facts);
            bool isState = header.Length == OldHeaderLength && BinaryPrimitives.ReadUInt64LittleEndian(header) == Magic
                && facts.Trust != FileTrust.Foreign;
            return isState ? NameRules.Read(BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(FlagsOffset)) >>> NamesShift) : null;
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            throw DiskErrors.Wrap(file, "read it", e);
        }
    }

    /// <summary>Reads the resume state of a torrent. Invalid content is a verdict, not an exception.</summary>
    /// <param name="file">Location of the state.</param>
    /// <param name="metainfo">The torrent that the state should belong to.</param>
    /// <param name="boot">Identifies the current boot of the machine; empty when unknown, and then only durable pieces count.</param>
    /// <exception cref="StorageException">The file exists and cannot be read.</exception>
    public static ResumeReading Read(FileLocation file, Metainfo metainfo, Guid boot)
    {
        FileStat facts = FileFacts.Of(file);
        if (facts.Kind == FileKind.Missing)
            return new ResumeReading(ResumeVerdict.Missing, null, "");
        if (!facts.IsFile)
            return new ResumeReading(ResumeVerdict.Unusable, null, "it is not a regular file");
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
        // A file that other users can write is not trusted: its pieces would count without being hashed.
        if (facts.Trust is FileTrust.Foreign or FileTrust.Exposed)
        {
            string why = facts.Trust == FileTrust.Foreign ? "it belongs to another user" : "every user may write to it";
            return new ResumeReading(ResumeVerdict.Unusable, null, why);
        }

        return Parse(bytes, metainfo, boot, facts);
    }

    private static int SnapshotLength(int headerLength, int pieces, int files) =>
        headerLength + (2 * Bitfield.ByteLengthOf(pieces)) + (8 * files) + Sha1Digest.Length;

    /// <summary>Like <see cref="Read"/>, from the bytes of the file.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="metainfo">The torrent that the state should belong to.</param>
    /// <param name="boot">Identifies the current boot of the machine.</param>
    /// <param name="facts">The file's times and identity.</param>
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
            || !Sha1Digest.Of(bytes.AsSpan(0, snapshotLength - Sha1Digest.Length))
                .Matches(bytes.AsSpan(snapshotLength - Sha1Digest.Length, Sha1Digest.Length)))
            return new ResumeReading(ResumeVerdict.Unusable, null, "it is damaged");

        int pieces = metainfo.Layout.PieceCount;
        int bits = Bitfield.ByteLengthOf(pieces);
        if (!Bitfield.TryRead(bytes.AsSpan(headerLength, bits), pieces, out Bitfield have)
            || !Bitfield.TryRead(bytes.AsSpan(headerLength + bits, bits), pieces, out Bitfield durable)
            || durable.AnyBeyond(have))
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

    /// <summary>Reads the record at the front; false when it is incomplete or damaged.</summary>
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

    /// <summary>The torrent that the state belongs to; null when it contains no info-hash. Version 1 contains only the SHA-1 info-hash.</summary>
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
