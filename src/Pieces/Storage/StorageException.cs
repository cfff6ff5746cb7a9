using Pieces.Primitives;

namespace Pieces.Storage;

/// <summary>Kinds of storage failure. The command-line program has an exit code for each.</summary>
public enum StorageError
{
    /// <summary>Permission denied, an input/output error, a path that is a folder, and every other failure.</summary>
    File,

    /// <summary>No space is left on the disk, or there is not enough to begin.</summary>
    DiskFull,

    /// <summary>An existing path that does not belong to this download is in the way.</summary>
    PathOccupied,

    /// <summary>Another process is working on this download.</summary>
    Locked,
}

/// <summary>A storage operation failed. The message names the path, the failed operation and the reason.</summary>
public sealed class StorageException : PiecesException
{
    /// <summary>Creates an exception for a failure at a path.</summary>
    public StorageException(StorageError error, string path, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Error = error;
        Path = path;
    }

    /// <summary>The kind of failure.</summary>
    public StorageError Error { get; }

    /// <summary>Whether a disk operation does not return: jobs that still wait for it may wait forever.</summary>
    internal bool IsHanging { get; init; }

    /// <summary>The path that the failure concerns; empty when there is none.</summary>
    public string Path { get; }
}
