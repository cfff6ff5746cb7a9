namespace Pieces.Platform;

/// <summary>How a file is opened or created.</summary>
/// <param name="Mode">Whether the file must exist, may be created, or must not exist.</param>
/// <param name="Access">Whether the file is read, written or both.</param>
/// <param name="Share">How others may open the file meanwhile.</param>
/// <param name="Room">Disk space that is allocated for a new file at once, in bytes; 0 for a sparse file, which grows as it is written.</param>
internal readonly record struct FileOpening(FileMode Mode, FileAccess Access, FileShare Share, long Room)
{
    private const FileShare Shared = FileShare.ReadWrite | FileShare.Delete;

    /// <summary>Whether only its owner can read and write a new file.</summary>
    public bool IsPrivate { get; init; }

    /// <summary>An existing file, for reading.</summary>
    public static FileOpening Read => new(FileMode.Open, FileAccess.Read, Shared, 0);

    /// <summary>An existing file, for reading and writing.</summary>
    public static FileOpening Write => new(FileMode.Open, FileAccess.ReadWrite, Shared, 0);

    /// <summary>A file for reading and writing, created if it does not exist.</summary>
    public static FileOpening WriteOrCreate => new(FileMode.OpenOrCreate, FileAccess.ReadWrite, Shared, 0);

    /// <summary>A file that must not exist yet.</summary>
    /// <param name="room">As in <see cref="Room"/>.</param>
    public static FileOpening New(long room = 0) => new(FileMode.CreateNew, FileAccess.ReadWrite, Shared, room);
}
