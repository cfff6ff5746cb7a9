using System.Collections.Immutable;
using Pieces.Metadata;
using Pieces.Torrents;

namespace Pieces.Cli.Progress;

/// <summary>What a transfer is about, as people are told.</summary>
/// <param name="Name">Name of its file or top folder.</param>
/// <param name="Size">Bytes of all its files, or of the selected ones.</param>
/// <param name="Files">Number of its files, or of the selected ones.</param>
/// <param name="Pieces">Number of its pieces.</param>
/// <param name="PieceLength">Bytes of a piece.</param>
/// <param name="Directory">The folder that contains it or will.</param>
internal sealed record TransferSubject(string Name, long Size, int Files, int Pieces, int PieceLength, string Directory)
{
    /// <summary>Whether more is known than a magnet link tells.</summary>
    public bool IsKnown => Pieces > 0;

    /// <summary>What people are told of a torrent.</summary>
    public static TransferSubject Of(Metainfo metainfo, string directory, ImmutableArray<int>? selected = null) => new(
        metainfo.Name,
        selected?.Sum(index => metainfo.Files[index].Length) ?? metainfo.TotalLength,
        selected?.Length ?? metainfo.Files.Count(file => file.IsOnDisk),
        metainfo.Layout.PieceCount,
        metainfo.Layout.PieceLength,
        directory);
}

/// <summary>A transfer at one moment.</summary>
internal sealed record TransferStatus(TransferSubject Subject, TorrentSnapshot Snapshot);
