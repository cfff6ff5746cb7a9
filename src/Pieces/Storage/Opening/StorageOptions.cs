using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pieces.Metadata;
using Pieces.Platform;
using Pieces.Storage.Files;
using Pieces.Storage.Stores;
using Pieces.Storage.Transfer;

namespace Pieces.Storage.Opening;

/// <summary>Options of a <see cref="TorrentStorage"/>, including the objects it shares with other torrents.</summary>
internal sealed record StorageOptions
{
    public required Metainfo Metainfo { get; init; }

    /// <summary>The folder that contains the torrent's file or top folder.</summary>
    public required string OutputDirectory { get; init; }

    /// <summary>Runs the disk jobs; shared.</summary>
    public required DiskQueue Queue { get; init; }

    /// <summary>Open files; shared.</summary>
    public required HandleCache Handles { get; init; }

    /// <summary>Receives the results of disk jobs.</summary>
    public required IDiskSink Sink { get; init; }

    /// <summary>For each file of the metainfo, whether it is wanted; null (default) for all files.</summary>
    public IReadOnlyList<bool>? WantedFiles { get; init; }

    /// <summary>Discard an existing file that does not belong to this download; default false.</summary>
    public bool Overwrite { get; init; }

    /// <summary>How disk space for files is allocated; default sparse.</summary>
    public Preallocation Preallocation { get; init; } = Preallocation.Sparse;

    /// <summary>Hash a piece again before each upload of it; default false.</summary>
    public bool Paranoid { get; init; }

    /// <summary>Only examine and seed: nothing is created, written or renamed, and no lock is taken; default false.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>
    /// Content that was just hashed, wherever its files are: it is not searched for or hashed before it is seeded. Requires <see cref="ReadOnly"/>;
    /// null (default) for data in <see cref="OutputDirectory"/>.
    /// </summary>
    public LocalContent? LocalContent { get; init; }

    /// <summary>Use file names that are valid on every system, whatever the disk accepts; default false.</summary>
    public bool PortableNames { get; init; }

    /// <summary>Keep the metadata in the hidden folder, since it came from peers; default false.</summary>
    public bool KeepsMetadata { get; init; }

    /// <summary>Source of time; default: the system's clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Receives log messages; default: none.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>The file system, which a test can replace to simulate failures; default: the system's.</summary>
    public IFileSystem FileSystem { get; init; } = CurrentPlatform.Files;

    /// <summary>Identifies the current boot of the machine; null (default) to ask the operating system.</summary>
    public Guid? Boot { get; init; }

    /// <summary>Whether a file of the metainfo is wanted and is stored on the disk.</summary>
    public bool Wants(int file) => Metainfo.Files[file].IsOnDisk && (WantedFiles is null || WantedFiles[file]);
}
