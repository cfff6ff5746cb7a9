using Pieces.Metadata;

namespace Pieces.Storage;

/// <summary>Consumes the content of a torrent while it is downloaded, in place of a folder.</summary>
public interface IContentTarget
{
    /// <summary>
    /// Reads every file to its end, one after the other. Returns when all content has arrived at its destination. Slow reading slows the download
    /// down. An exception makes the torrent fail.
    /// </summary>
    /// <param name="files">The selected files in the order of the torrent, including empty files, without pad files and links.</param>
    /// <param name="cancellationToken">
    /// Cancelled when the torrent ends: the method must then return soon, even when the destination does not respond.
    /// </param>
    Task TakeAsync(IReadOnlyList<ContentFile> files, CancellationToken cancellationToken);
}

/// <summary>A file of a torrent that is read while it is downloaded.</summary>
public sealed class ContentFile
{
    private readonly ContentCursor _cursor;
    private readonly int _ordinal;

    internal ContentFile(ContentCursor cursor, int ordinal)
    {
        _cursor = cursor;
        _ordinal = ordinal;
    }

    /// <summary>The file's entry in the metainfo.</summary>
    public FileEntry Entry => _cursor.Files[_ordinal];

    /// <summary>
    /// Opens the verified bytes of the file, to be read once and in order. Reading waits for bytes that are not downloaded yet, and throws an
    /// <see cref="OperationCanceledException"/> when the torrent ends. The stream knows its length and cannot seek.
    /// </summary>
    public Stream OpenRead() => new ContentStream(_cursor, _ordinal);
}
