using Pieces.Metadata;

namespace Pieces.Storage;

/// <summary>Takes the content of a torrent while it is downloaded, instead of a folder.</summary>
public interface IContentTarget
{
    /// <summary>
    /// Reads every file to its end, one after the other; returns when all of it is where it should be. To read slowly is to slow the download down.
    /// What it throws makes the torrent fail.
    /// </summary>
    /// <param name="files">The selected files in the order of the torrent, without pad files and links, empty files included.</param>
    /// <param name="cancellationToken">Cancelled when the torrent ends: it must return soon, even if whoever takes the content does not.</param>
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

    /// <summary>What the torrent says of it.</summary>
    public FileEntry Entry => _cursor.Files[_ordinal];

    /// <summary>
    /// Its bytes, verified, in order, once. Reading waits for what is not here yet, and throws an <see cref="OperationCanceledException"/> when
    /// the torrent ends. The stream knows its length and cannot seek.
    /// </summary>
    public Stream OpenRead() => new ContentStream(_cursor, _ordinal);
}
