using Pieces.Storage;

namespace Pieces.Torrents.Lifecycle;

/// <summary>
/// Counts the pieces that could be served once and no longer can, since their file was changed or cannot be read. The user is told once for each file, and of
/// the number at the end. Owned by the torrent's loop.
/// </summary>
internal sealed class LostPieces
{
    private readonly TorrentReporter _reporter;
    private readonly HashSet<string> _files = [];
    private int _count;

    /// <summary>Tells <paramref name="reporter"/>.</summary>
    public LostPieces(TorrentReporter reporter) => _reporter = reporter;

    /// <summary>A piece is lost that was not lost before.</summary>
    public void Add(PieceLost lost)
    {
        _count++;
        if (_files.Add(lost.Reason.Path))
            _reporter.Warn($"{lost.Reason.Message} (peers are told that the piece is gone; further pieces of this file are only counted)");
    }

    /// <summary>The torrent ends.</summary>
    public void Conclude()
    {
        if (_count > 0)
            _reporter.Warn($"{_count} pieces of {_files.Count} files were no longer served, because their data has changed or cannot be read (verify the files)");
    }
}
