using System.Collections.Immutable;
using Pieces.Metadata;
using Pieces.Torrents;

namespace Pieces.Cli.Progress;

/// <summary>What a transfer consists of, for display.</summary>
/// <param name="Name">Name of the file or top folder.</param>
/// <param name="Size">Size in bytes of all files, or of the selected ones.</param>
/// <param name="Files">Number of all files, or of the selected ones.</param>
/// <param name="Pieces">Number of pieces.</param>
/// <param name="PieceLength">Length of a piece in bytes.</param>
/// <param name="Directory">The folder that contains or will contain the file or top folder.</param>
internal sealed record TransferSubject(string Name, long Size, int Files, int Pieces, int PieceLength, string Directory)
{
    /// <summary>Whether the metadata is known, and not only a magnet link.</summary>
    public bool IsKnown => Pieces > 0;

    /// <summary>Returns the description of a torrent.</summary>
    public static TransferSubject Of(Metainfo metainfo, string directory, ImmutableArray<int>? selected = null) => new(
        metainfo.Name,
        selected?.Sum(index => metainfo.Files[index].Length) ?? metainfo.TotalLength,
        selected?.Length ?? metainfo.Files.Count(file => file.IsOnDisk),
        metainfo.Layout.PieceCount,
        metainfo.Layout.PieceLength,
        directory);
}

/// <summary>The state of a transfer at one moment.</summary>
internal sealed record TransferStatus(TransferSubject Subject, TorrentSnapshot Snapshot);
