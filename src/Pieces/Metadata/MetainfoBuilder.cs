using System.Buffers;
using System.Collections.Immutable;
using System.Numerics;
using Pieces.Bencode;
using Pieces.Primitives;

namespace Pieces.Metadata;

/// <summary>Creates a .torrent (BEP 3, version 1) from files on the disk. The same input gives the same bytes.</summary>
public static class MetainfoBuilder
{
    /// <summary>Minimum piece length, in bytes.</summary>
    public const int MinPieceLength = 16 * 1024;

    /// <summary>Maximum piece length that is chosen automatically, in bytes.</summary>
    public const int MaxDefaultPieceLength = 16 * 1024 * 1024;

    // Maximum number of pieces with an automatically chosen piece length. 1000 to 2000 pieces keep the .torrent small, and a bad piece costs little.
    private const int MostDefaultPieces = 2000;

    /// <summary>
    /// Lists and hashes the files, on all cores, with a few MiB of memory. <paramref name="progress"/> receives the number of bytes hashed so far,
    /// from several threads: an older value may arrive after a newer one.
    /// </summary>
    /// <exception cref="MetainfoException">The files have no bytes, or an option is invalid; the message names the reason.</exception>
    /// <exception cref="IOException">A path does not exist or cannot be read; likewise <see cref="UnauthorizedAccessException"/>.</exception>
    public static Task<byte[]> BuildAsync(
        MetainfoBuilderOptions options, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return BuildAsync(options, _ => progress, cancellationToken);
    }

    /// <summary>
    /// Like the public overload. <paramref name="listed"/> is called with the listed files before they are hashed, and returns the receiver of the
    /// progress.
    /// </summary>
    internal static async Task<byte[]> BuildAsync(
        MetainfoBuilderOptions options, Func<SourceListing, IProgress<long>?> listed, CancellationToken cancellationToken)
    {
        SourceListing listing = await OwnThread.RunAsync("list", () => ContentTree.List(options.Paths, options.Name, cancellationToken))
            .ConfigureAwait(false);
        PieceLayout layout = MakeLayout(listing, options.PieceLength);
        byte[] hashes = await new ContentHasher(listing.Files, layout, listed(listing)).RunAsync(cancellationToken).ConfigureAwait(false);
        return Write(options, listing, layout, hashes);
    }

    /// <summary>
    /// The piece length, in bytes, that is chosen for a total length: a power of two that gives 1000 to 2000 pieces, where the limits permit it.
    /// </summary>
    public static int DefaultPieceLength(long totalLength)
    {
        int length = MinPieceLength;
        while (length < MaxDefaultPieceLength && totalLength / length > MostDefaultPieces)
            length *= 2;
        return length;
    }

    private static PieceLayout MakeLayout(SourceListing listing, int? wanted)
    {
        long total = 0;
        foreach (SourceFile file in listing.Files)
            total = checked(total + file.Length);
        if (total == 0)
        {
            throw new MetainfoException(
                $"{listing.Shown}: {WhyNothing(listing)}, so there is nothing to describe (at least one file must not be empty)");
        }

        int length = wanted ?? DefaultPieceLength(total);
        if (length is < MinPieceLength or > PieceLayout.MaxPieceLength || !BitOperations.IsPow2(length))
            throw new MetainfoException(
                $"a piece length of {length} bytes; it must be a power of two from {MinPieceLength} to {PieceLayout.MaxPieceLength}");
        long count = ((total - 1) / length) + 1;
        if (count > PieceLayout.MaxPieceCount)
            throw new MetainfoException($"{total} bytes in pieces of {length} are {count} pieces; at most {PieceLayout.MaxPieceCount} are possible");
        return new PieceLayout(total, length);
    }

    private static string WhyNothing(SourceListing listing) => listing switch
    {
        { Files.IsEmpty: true } => "it contains no files",
        { IsMultiFile: false } => "it is 0 bytes long",
        _ => $"all files ({listing.Files.Length}) are 0 bytes long",
    };

    private static byte[] Write(MetainfoBuilderOptions options, SourceListing listing, PieceLayout layout, byte[] hashes)
    {
        var output = new ArrayBufferWriter<byte>(hashes.Length + 4096);
        var writer = new BencodeWriter(output);
        writer.BeginDictionary();
        LocationKeys.WriteTrackers(writer, options.Trackers);
        if (!string.IsNullOrEmpty(options.Comment))
            writer.Text("comment"u8, options.Comment);
        if (options.CreationDate is { } date)
            writer.Integer("creation date"u8, date.ToUnixTimeSeconds());
        writer.Key("info"u8);
        WriteInfo(writer, options, listing, layout, hashes);
        LocationKeys.WriteWebSeeds(writer, options.WebSeeds);
        writer.End();
        return output.WrittenSpan.ToArray();
    }

    private static void WriteInfo(BencodeWriter writer, MetainfoBuilderOptions options, SourceListing listing, PieceLayout layout, byte[] hashes)
    {
        writer.BeginDictionary();
        if (listing.IsMultiFile)
            WriteFiles(writer, listing.Files);
        else
            writer.Integer("length"u8, layout.TotalLength);
        writer.Text("name"u8, listing.Name);
        writer.Integer("piece length"u8, layout.PieceLength);
        writer.Bytes("pieces"u8, hashes);
        if (options.IsPrivate)
            writer.Integer("private"u8, 1);
        writer.End();
    }

    private static void WriteFiles(BencodeWriter writer, ImmutableArray<SourceFile> files)
    {
        writer.Key("files"u8);
        writer.BeginList();
        foreach (SourceFile file in files)
        {
            writer.BeginDictionary();
            writer.Integer("length"u8, file.Length);
            writer.Key("path"u8);
            writer.BeginList();
            foreach (string name in file.Path)
                writer.Text(name);
            writer.End();
            writer.End();
        }

        writer.End();
    }
}
