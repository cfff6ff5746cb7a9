using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Pieces.Primitives;

namespace Pieces.Metadata;

/// <summary>A parsed and validated .torrent (BEP 3); immutable. <see cref="MetainfoParser"/> creates it.</summary>
public sealed class Metainfo
{
    private ImmutableArray<FileEntry> _files;
    private IPieceHasher? _hasher;

    /// <summary>The v1 info-hash.</summary>
    public required InfoHash InfoHash { get; init; }

    /// <summary>The original bytes of the <c>info</c> value.</summary>
    public required ReadOnlyMemory<byte> InfoBytes { get; init; }

    /// <summary>Safe name of the single file or of the top folder, as it is on the disk.</summary>
    public required string Name { get; init; }

    /// <summary>The name as in the metainfo; for display only.</summary>
    public required string OriginalName { get; init; }

    /// <summary>All entries in order; a single-file torrent has exactly one, whose path is only the name.</summary>
    public required ImmutableArray<FileEntry> Files
    {
        get => _files;
        init => _files = value;
    }

    /// <summary>Whether the files are in a folder named <see cref="Name"/>, even when there is only one file.</summary>
    public required bool IsMultiFile { get; init; }

    /// <summary>Piece and block arithmetic.</summary>
    public required PieceLayout Layout { get; init; }

    /// <summary>Concatenated SHA-1 hashes of all pieces, 20 bytes each.</summary>
    public required ReadOnlyMemory<byte> PieceHashes { get; init; }

    /// <summary>Whether peers may only be obtained from the torrent's own trackers (BEP 27).</summary>
    public bool IsPrivate { get; init; }

    /// <summary>Whether the metainfo also describes a BitTorrent v2 torrent (BEP 52); a hybrid is used as v1.</summary>
    public bool IsHybrid => InfoHashV2 is not null;

    /// <summary>The v2 info-hash; null when the torrent is not a hybrid.</summary>
    public InfoHashV2? InfoHashV2 { get; init; }

    /// <summary>The swarms of this torrent; at present exactly one, because a hybrid is used as v1.</summary>
    internal IReadOnlyList<SwarmKey> Swarms => Id.Swarms;

    /// <summary>The torrent, identified by all of its info-hashes.</summary>
    internal TorrentId Id => new(InfoHash, InfoHashV2);

    /// <summary>Tracker URLs by tier (BEP 12), without surrounding white space; a lone <c>announce</c> is a tier with one tracker.</summary>
    public ImmutableArray<ImmutableArray<string>> Trackers { get; init; } = [];

    /// <summary>Web seed URLs (BEP 19); not used yet.</summary>
    public ImmutableArray<string> WebSeeds { get; init; } = [];

    /// <summary>DHT bootstrap nodes (BEP 5), as <c>host:port</c>.</summary>
    public ImmutableArray<string> Nodes { get; init; } = [];

    /// <summary>Free text, or null.</summary>
    public string? Comment { get; init; }

    /// <summary>
    /// The tag of a private tracker, or null. Private trackers write it into <c>info</c> so that the torrent gets an info-hash of its own.
    /// </summary>
    public string? Source { get; init; }

    /// <summary>The program that created the torrent, or null.</summary>
    public string? CreatedBy { get; init; }

    /// <summary>When the torrent was created, or null.</summary>
    public DateTimeOffset? CreationDate { get; init; }

    /// <summary>Warnings about values that were changed or ignored, one line each, for example a renamed file.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>Remarks on malformed values of keys that are not needed, one line each; of interest to the author of the torrent.</summary>
    public ImmutableArray<string> Remarks { get; init; } = [];

    /// <summary>Total length of all files in bytes, including pad files.</summary>
    public long TotalLength => Layout.TotalLength;

    /// <summary>Verifies the pieces of this torrent. Default: by the SHA-1 of each piece, as in v1.</summary>
    internal IPieceHasher Hasher
    {
        get => _hasher ??= new Sha1PieceHasher(this);
        init => _hasher = value;
    }

    /// <summary>The expected SHA-1 of a piece, 20 bytes.</summary>
    public ReadOnlySpan<byte> HashOf(PieceIndex piece) => PieceHashes.Span.Slice(piece.Value * Sha1Digest.Length, Sha1Digest.Length);

    /// <summary>Reads and parses a .torrent file, which may be a pipe.</summary>
    /// <exception cref="MetainfoException">The torrent is invalid or not supported; the message names the reason.</exception>
    /// <exception cref="IOException">The file cannot be read; likewise <see cref="UnauthorizedAccessException"/>, also for a folder.</exception>
    public static async Task<Metainfo> LoadAsync(string path, CancellationToken cancellationToken = default)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: true);
        await using ConfiguredAsyncDisposable disposing = file.ConfigureAwait(false);
        return await ReadAsync(file, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads a stream to its end and parses it as a .torrent; the caller keeps ownership of the stream.</summary>
    /// <exception cref="MetainfoException">The torrent is invalid or not supported; the message names the reason.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static async Task<Metainfo> ReadAsync(Stream stream, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        const int FirstCapacity = 64 * 1024;
        long expected = stream.CanSeek ? stream.Length - stream.Position : 0;
        if (expected > MetainfoParser.MaxFileLength)
            throw TooLong(expected);

        // The array has one byte more than the expected length, so that the read that detects the end finds room. If the length is 0, the stream may
        // be a device, whose length is unknown.
        byte[] bytes = new byte[expected > 0 ? expected + 1 : FirstCapacity];
        int length = 0;
        while (true)
        {
            int read = await stream.ReadAsync(bytes.AsMemory(length), cancellationToken).ConfigureAwait(false);
            if (read == 0)
                return MetainfoParser.Parse(bytes.AsMemory(0, length));
            length += read;
            if (length > MetainfoParser.MaxFileLength)
                throw TooLong(length);
            if (length == bytes.Length)
                Array.Resize(ref bytes, (int)Math.Min(2L * length, MetainfoParser.MaxFileLength + 1L));
        }
    }

    /// <summary>The naming rules of its files; null for those of the operating system.</summary>
    internal NameRules? Names { get; private set; }

    /// <summary>Copies the metainfo with other paths for its files.</summary>
    internal Metainfo WithFiles(ImmutableArray<FileEntry> files, NameRules? names = null)
    {
        var copy = (Metainfo)MemberwiseClone();
        copy._files = files;
        copy.Names = names ?? Names;
        return copy;
    }

    private static MetainfoException TooLong(long length) =>
        new($"over the limit of {MetainfoParser.MaxFileLength} bytes: the file has {length} or more");
}
