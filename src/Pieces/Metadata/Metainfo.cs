using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Pieces.Primitives;

namespace Pieces.Metadata;

/// <summary>A parsed and validated .torrent (BEP 3); immutable. <see cref="MetainfoParser"/> makes it.</summary>
public sealed class Metainfo
{
    private ImmutableArray<FileEntry> _files;
    private IPieceHasher? _hasher;

    /// <summary>The swarm's name.</summary>
    public required InfoHash InfoHash { get; init; }

    /// <summary>The original bytes of the <c>info</c> value.</summary>
    public required ReadOnlyMemory<byte> InfoBytes { get; init; }

    /// <summary>Safe name of the single file or of the top folder, as it is on the disk.</summary>
    public required string Name { get; init; }

    /// <summary>The name as the metainfo has it; for display only.</summary>
    public required string OriginalName { get; init; }

    /// <summary>All entries in order; a single-file torrent has exactly one, whose path is the name alone.</summary>
    public required ImmutableArray<FileEntry> Files
    {
        get => _files;
        init => _files = value;
    }

    /// <summary>Whether the files lie in a folder called <see cref="Name"/> (also when there is but one).</summary>
    public required bool IsMultiFile { get; init; }

    /// <summary>Piece and block arithmetic.</summary>
    public required PieceLayout Layout { get; init; }

    /// <summary>Concatenated SHA-1 of all pieces, 20 bytes each.</summary>
    public required ReadOnlyMemory<byte> PieceHashes { get; init; }

    /// <summary>Whether only the torrent's own trackers may name peers (BEP 27).</summary>
    public bool IsPrivate { get; init; }

    /// <summary>Whether it also describes a BitTorrent v2 torrent (BEP 52); it is used as v1.</summary>
    public bool IsHybrid => InfoHashV2 is not null;

    /// <summary>The v2 info-hash; null when it is no hybrid.</summary>
    public InfoHashV2? InfoHashV2 { get; init; }

    /// <summary>The swarms that exchange this torrent; one today, since a hybrid is used as v1.</summary>
    public IReadOnlyList<SwarmKey> Swarms => Id.Swarms;

    /// <summary>Which torrent it is, by all of its info-hashes.</summary>
    internal TorrentId Id => new(InfoHash, InfoHashV2);

    /// <summary>Tracker URLs by tier (BEP 12), white space stripped; a lone <c>announce</c> is one tier of one.</summary>
    public ImmutableArray<ImmutableArray<string>> Trackers { get; init; } = [];

    /// <summary>Web seed URLs (BEP 19), kept for later use.</summary>
    public ImmutableArray<string> WebSeeds { get; init; } = [];

    /// <summary>DHT nodes to begin with (BEP 5), <c>host:port</c>.</summary>
    public ImmutableArray<string> Nodes { get; init; } = [];

    /// <summary>Free text, or null.</summary>
    public string? Comment { get; init; }

    /// <summary>Where it was first offered, as private trackers write it into <c>info</c> so that its info-hash is theirs alone; or null.</summary>
    public string? Source { get; init; }

    /// <summary>The program that made it, or null.</summary>
    public string? CreatedBy { get; init; }

    /// <summary>When it was made, or null.</summary>
    public DateTimeOffset? CreationDate { get; init; }

    /// <summary>What was changed to make it safe, one line each, for example a renamed file.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>What is odd in keys that are not needed, one line each; of interest to whoever made the torrent.</summary>
    public ImmutableArray<string> Remarks { get; init; } = [];

    /// <summary>Bytes of all files together, pad files included.</summary>
    public long TotalLength => Layout.TotalLength;

    /// <summary>Verifies the pieces of this torrent. Default: with the SHA-1 of each piece, as v1 does.</summary>
    internal IPieceHasher Hasher
    {
        get => _hasher ??= new Sha1PieceHasher(this);
        init => _hasher = value;
    }

    /// <summary>The 20 bytes that the SHA-1 of a piece must be.</summary>
    public ReadOnlySpan<byte> HashOf(PieceIndex piece) => PieceHashes.Span.Slice(piece.Value * Sha1Digest.Length, Sha1Digest.Length);

    /// <summary>Reads and parses a .torrent file; it may be a pipe.</summary>
    /// <exception cref="MetainfoException">It is not a torrent that can be used; the message says why.</exception>
    /// <exception cref="IOException">It cannot be read; likewise <see cref="UnauthorizedAccessException"/>, also for a folder.</exception>
    public static async Task<Metainfo> LoadAsync(string path, CancellationToken cancellationToken = default)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: true);
        await using ConfiguredAsyncDisposable disposing = file.ConfigureAwait(false);
        return await ReadAsync(file, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads a stream to its end and parses it as a .torrent; the stream stays the caller's.</summary>
    /// <exception cref="MetainfoException">It is not a torrent that can be used; the message says why.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static async Task<Metainfo> ReadAsync(Stream stream, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        const int FirstCapacity = 64 * 1024;
        long expected = stream.CanSeek ? stream.Length - stream.Position : 0;
        if (expected > MetainfoParser.MaxFileLength)
            throw TooLong(expected);

        // One byte more than expected, so that the end is seen without growing. A length of 0 says nothing: devices have it too.
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

    /// <summary>The rules after which its files are named, where they are not those of the system; otherwise null.</summary>
    internal NameRules? Names { get; private set; }

    /// <summary>The same torrent with other paths for its files.</summary>
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
