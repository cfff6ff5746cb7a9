using Pieces.Primitives;

namespace Pieces.Storage;

/// <summary>What kind of trouble the disk gave: each has an exit code of its own.</summary>
public enum StorageFault
{
    /// <summary>Permission denied, an input/output error, a path that is a folder, and all else.</summary>
    File,

    /// <summary>No space is left, or there is not enough to begin.</summary>
    DiskFull,

    /// <summary>An existing path that is no part of this download is in the way.</summary>
    InTheWay,

    /// <summary>Another process works on this download.</summary>
    Locked,
}

/// <summary>The disk refused; the message names the path, the fact and the reason.</summary>
public sealed class StorageException : PiecesException
{
    /// <summary>Makes one.</summary>
    public StorageException(StorageFault fault, string path, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Fault = fault;
        Path = path;
    }

    /// <summary>The kind of trouble.</summary>
    public StorageFault Fault { get; }

    /// <summary>Whether the disk does not return from an operation: what still waits for it may wait for ever.</summary>
    internal bool IsHanging { get; init; }

    /// <summary>The path it concerns.</summary>
    public string Path { get; }
}
