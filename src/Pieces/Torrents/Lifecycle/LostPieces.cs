using Pieces.Storage;

namespace Pieces.Torrents.Lifecycle;

/// <summary>
/// Counts the pieces that can no longer be served because their file was changed or cannot be read. Warns the user once per file, and reports the
/// total number at the end. Owned by the torrent's loop.
/// </summary>
internal sealed class LostPieces
{
    private readonly NoticeSender _reporter;
    private readonly HashSet<string> _files = [];
    private int _count;

    /// <summary>Creates an instance. Warnings are sent to <paramref name="reporter"/>.</summary>
    public LostPieces(NoticeSender reporter) => _reporter = reporter;

    /// <summary>A piece has been lost for the first time.</summary>
    public void Add(PieceLost lost)
    {
        _count++;
        if (_files.Add(lost.Reason.Path))
            _reporter.Warn($"{lost.Reason.Message} (the piece is withdrawn from peers; further pieces of this file are only counted)");
    }

    /// <summary>The torrent ends: reports the number of lost pieces.</summary>
    public void Conclude()
    {
        if (_count > 0)
            _reporter.Warn(
                $"{_count} pieces of {_files.Count} files were no longer served, because their data has changed or cannot be read "
                + "(verify the files)");
    }
}
