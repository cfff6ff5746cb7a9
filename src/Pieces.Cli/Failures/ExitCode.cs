namespace Pieces.Cli.Failures;

/// <summary>Exit codes of the process. Scripts rely on them: the meaning of a code never changes.</summary>
internal enum ExitCode
{
    /// <summary>Everything selected is complete and verified, and the seeding goal, if any, was reached.</summary>
    Success = 0,

    /// <summary>A bug or an unclassified failure.</summary>
    Failure = 1,

    /// <summary>Bad flag or argument.</summary>
    Usage = 2,

    /// <summary>Torrent file, URL or path not found or unreadable.</summary>
    NotFound = 3,

    /// <summary>Bad bencode or torrent, or an unsafe path in it.</summary>
    BadTorrent = 4,

    /// <summary>No usable peer before the stall timeout.</summary>
    NoPeer = 5,

    /// <summary>The stall timeout ran out after some contact.</summary>
    Stalled = 6,

    /// <summary>The deadline ran out; the download can be resumed.</summary>
    Deadline = 7,

    /// <summary>Disk full, or not enough space to begin.</summary>
    DiskFull = 8,

    /// <summary>Permission or other file error.</summary>
    FileError = 9,

    /// <summary>Data is missing or bad.</summary>
    BadData = 10,

    /// <summary>Another process is working on this download.</summary>
    Locked = 11,

    /// <summary>Several sources failed for different reasons.</summary>
    Several = 12,

    /// <summary>An existing path is in the way and <c>--overwrite</c> was not given.</summary>
    PathOccupied = 13,

    /// <summary>A hook failed.</summary>
    HookFailed = 14,

    /// <summary>The network interface disappeared or never existed.</summary>
    InterfaceGone = 15,

    /// <summary>Every tracker refused, and no other source of peers may be used.</summary>
    TrackersRefused = 16,

    /// <summary>SIGHUP before completion; the state is saved.</summary>
    Hangup = 129,

    /// <summary>SIGINT before completion; the state is saved.</summary>
    Interrupted = 130,

    /// <summary>The reader of stdout closed it.</summary>
    BrokenPipe = 141,

    /// <summary>SIGTERM before completion; the state is saved.</summary>
    Terminated = 143,
}
