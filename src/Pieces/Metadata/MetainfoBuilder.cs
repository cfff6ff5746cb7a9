using System.Buffers;
using System.Collections.Immutable;
using System.Numerics;
using Pieces.Bencode;

namespace Pieces.Metadata;

/// <summary>Files on the disk to the bytes of a .torrent (BEP 3, version 1). The same input gives the same bytes.</summary>
public static class MetainfoBuilder
{
    /// <summary>Shortest piece, in bytes.</summary>
    public const int MinPieceLength = 16 * 1024;

    /// <summary>Longest piece that is chosen when the caller names none, in bytes.</summary>
    public const int MaxDefaultPieceLength = 16 * 1024 * 1024;

    // Between half of it and all of it: hashes stay small, and a bad piece costs little.
    private const int MostDefaultPieces = 2000;

    /// <summary>
    /// Lists and hashes the files, on all cores with a few MiB of memory. <paramref name="progress"/> hears how many bytes are hashed so
    /// far, from several threads, so that an older number may come after a newer one.
    /// </summary>
    /// <exception cref="MetainfoException">There are no bytes to describe, or an option is wrong; the message says why.</exception>
    /// <exception cref="IOException">A path does not exist or cannot be read; likewise <see cref="UnauthorizedAccessException"/>.</exception>
    public static Task<byte[]> BuildAsync(MetainfoBuilderOptions options, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return BuildAsync(options, _ => progress, cancellationToken);
    }

    /// <summary>The same; <paramref name="listed"/> hears what was listed before it is hashed, and says who hears how far that is.</summary>
    internal static async Task<byte[]> BuildAsync(
        MetainfoBuilderOptions options, Func<SourceListing, IProgress<long>?> listed, CancellationToken cancellationToken)
    {
        SourceListing listing = await Task.Run(() => SourceTree.List(options.Paths, options.Name, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        PieceLayout layout = MakeLayout(listing, options.PieceLength);
        byte[] hashes = await new ContentHasher(listing.Files, layout, listed(listing)).RunAsync(cancellationToken).ConfigureAwait(false);
        return Write(options, listing, layout, hashes);
    }

    /// <summary>The length of pieces that is chosen for so many bytes: a power of two that makes 1000 to 2000 pieces, within the limits.</summary>
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
                $"{listing.Shown}: {WhyNothing(listing)}, so there is nothing to describe (at least one file with a byte in it is wanted)");
        }

        int length = wanted ?? DefaultPieceLength(total);
        if (length is < MinPieceLength or > PieceLayout.MaxPieceLength || !BitOperations.IsPow2(length))
            throw new MetainfoException($"a piece of {length} bytes; a power of two from {MinPieceLength} to {PieceLayout.MaxPieceLength} is wanted");
        long count = ((total - 1) / length) + 1;
        if (count > PieceLayout.MaxPieceCount)
            throw new MetainfoException($"{total} bytes in pieces of {length} are {count} pieces; at most {PieceLayout.MaxPieceCount} are possible");
        return new PieceLayout(total, length);
    }

    private static string WhyNothing(SourceListing listing) => listing switch
    {
        { Files.IsEmpty: true } => "no files are in it",
        { IsMultiFile: false } => "it is 0 bytes long",
        _ => $"all files ({listing.Files.Length}) are 0 bytes long",
    };

    private static byte[] Write(MetainfoBuilderOptions options, SourceListing listing, PieceLayout layout, byte[] hashes)
    {
        var output = new ArrayBufferWriter<byte>(hashes.Length + 4096);
        var writer = new BencodeWriter(output);
        writer.BeginDictionary();
        SourceKeys.WriteTrackers(writer, options.Trackers);
        if (!string.IsNullOrEmpty(options.Comment))
            writer.Text("comment"u8, options.Comment);
        if (options.CreationDate is { } date)
            writer.Integer("creation date"u8, date.ToUnixTimeSeconds());
        writer.Key("info"u8);
        WriteInfo(writer, options, listing, layout, hashes);
        SourceKeys.WriteWebSeeds(writer, options.WebSeeds);
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
