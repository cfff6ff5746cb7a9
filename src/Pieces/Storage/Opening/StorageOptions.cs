using Pieces.Metadata;
using Pieces.Platform;
using Pieces.Storage.Files;
using Pieces.Storage.Stores;
using Pieces.Storage.Transfer;
using Serilog;

namespace Pieces.Storage.Opening;

/// <summary>What a <see cref="TorrentStorage"/> is to do, and what it shares with others.</summary>
internal sealed record StorageOptions
{
    /// <summary>The torrent.</summary>
    public required Metainfo Metainfo { get; init; }

    /// <summary>The folder that its file or top folder lies in.</summary>
    public required string OutputDirectory { get; init; }

    /// <summary>Runs the jobs; shared.</summary>
    public required DiskQueue Queue { get; init; }

    /// <summary>Open files; shared.</summary>
    public required HandleCache Handles { get; init; }

    /// <summary>Hears the verdicts.</summary>
    public required IDiskSink Sink { get; init; }

    /// <summary>For each file of the metainfo whether it is wanted; null (default) for all.</summary>
    public IReadOnlyList<bool>? WantedFiles { get; init; }

    /// <summary>Discard an existing file that is no part of this download; default false.</summary>
    public bool Overwrite { get; init; }

    /// <summary>How room for files is made; default sparse.</summary>
    public Preallocation Preallocation { get; init; } = Preallocation.Sparse;

    /// <summary>Check a piece again before each serving; default false.</summary>
    public bool Paranoid { get; init; }

    /// <summary>Look and serve only: nothing is made, written or renamed, no lock is taken; default false.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>
    /// The data as it was described a moment ago, wherever its files lie: nothing is looked for or hashed before it is served. Goes with
    /// <see cref="ReadOnly"/> alone; null (default) for data in <see cref="OutputDirectory"/>.
    /// </summary>
    public LocalContent? Content { get; init; }

    /// <summary>Give files names that every system takes, whatever the disk takes; default false.</summary>
    public bool PortableNames { get; init; }

    /// <summary>Keep the metadata in the hidden folder, since it came from peers; default false.</summary>
    public bool KeepsMetadata { get; init; }

    /// <summary>Source of time; default the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where it logs; default nowhere.</summary>
    public ILogger Logger { get; init; } = Serilog.Core.Logger.None;

    /// <summary>The file system, which a test can make fail; default the system's.</summary>
    public IFileSystem FileSystem { get; init; } = CurrentPlatform.Files;

    /// <summary>Names the present start of the machine; null (default) asks the system.</summary>
    public Guid? Boot { get; init; }

    /// <summary>Whether a file of the metainfo is wanted and is a file on the disk.</summary>
    public bool Wants(int file) => Metainfo.Files[file].IsOnDisk && (WantedFiles is null || WantedFiles[file]);
}
