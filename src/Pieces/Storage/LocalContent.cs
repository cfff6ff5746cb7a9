using System.Collections.Immutable;
using Pieces.Metadata;

namespace Pieces.Storage;

/// <summary>
/// Files and folders of the user's that have just been listed and hashed: the torrent that describes them, and where each of its files lies. It can be
/// served from there (<see cref="Torrents.TorrentOptions.Content"/>) without being hashed again and without a torrent file; a file that has changed since is
/// hashed before another byte of it goes out. Immutable.
/// </summary>
public sealed class LocalContent
{
    private LocalContent(byte[] torrent, Metainfo metainfo, ImmutableArray<SourceFile> files)
    {
        Torrent = torrent;
        Metainfo = metainfo;
        Files = files;
    }

    /// <summary>The bytes of its torrent file.</summary>
    public ReadOnlyMemory<byte> Torrent { get; }

    /// <summary>What its torrent says.</summary>
    public Metainfo Metainfo { get; }

    /// <summary>The files as they were when they were listed, in the order of the metainfo's.</summary>
    internal ImmutableArray<SourceFile> Files { get; }

    /// <summary>Lists and hashes, on all cores with a few MiB of memory.</summary>
    /// <param name="options">What to describe, and how.</param>
    /// <param name="progress">
    /// Hears that the hashing begins, when all is listed, and how far it is, from several threads: an older number may come after a newer one.
    /// </param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="MetainfoException">There are no bytes to describe, an option is wrong, or a file changed meanwhile; the message says why.</exception>
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
