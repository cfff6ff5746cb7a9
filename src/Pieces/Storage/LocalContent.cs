using System.Collections.Immutable;
using Pieces.Metadata;

namespace Pieces.Storage;

/// <summary>
/// Files and folders of the user that were just listed and hashed: the metainfo that describes them, and the location of each file. A torrent can
/// seed them from there (<see cref="Torrents.TorrentOptions.LocalContent"/>) without hashing them again and without a torrent file. A file that has
/// changed since is hashed before any byte of it is uploaded. Immutable.
/// </summary>
public sealed class LocalContent
{
    private LocalContent(byte[] torrent, Metainfo metainfo, ImmutableArray<SourceFile> files)
    {
        Torrent = torrent;
        Metainfo = metainfo;
        Files = files;
    }

    /// <summary>The bytes of the torrent file.</summary>
    public ReadOnlyMemory<byte> Torrent { get; }

    /// <summary>The parsed metainfo of <see cref="Torrent"/>.</summary>
    public Metainfo Metainfo { get; }

    /// <summary>The files as they were when they were listed, in the order of the metainfo.</summary>
    internal ImmutableArray<SourceFile> Files { get; }

    /// <summary>Lists and hashes the content, on all cores, with a few MiB of memory.</summary>
    /// <param name="options">The content to describe, and how to describe it.</param>
    /// <param name="progress">
    /// Receives the start of the hashing, once all files are listed, and then its progress. Reports come from several threads: an older value may
    /// arrive after a newer one.
    /// </param>
    /// <param name="cancellationToken">Cancels the listing and hashing.</param>
    /// <exception cref="MetainfoException">
    /// The content has no bytes, an option is invalid, or a file changed while it was hashed; the message names the reason.
    /// </exception>
    /// <exception cref="IOException">A path does not exist or cannot be read; likewise <see cref="UnauthorizedAccessException"/>.</exception>
    public static async Task<LocalContent> DescribeAsync(
        MetainfoBuilderOptions options, IProgress<CheckProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        SourceListing? listed = null;
        byte[] torrent = await MetainfoBuilder.BuildAsync(
            options,
            listing =>
            {
                listed = listing;
                if (progress is null)
                    return null;
                long total = listing.Files.Sum(file => file.Length);
                progress.Report(new CheckProgress(0, total));
                return new HashReport(progress, total);
            },
            cancellationToken).ConfigureAwait(false);
        return new LocalContent(torrent, MetainfoParser.Parse(torrent), listed!.Files);
    }

    private sealed class HashReport(IProgress<CheckProgress> progress, long total) : IProgress<long>
    {
        public void Report(long value) => progress.Report(new CheckProgress(value, total));
    }
}
