namespace Pieces.Platform;

/// <summary>How a file is opened or made.</summary>
/// <param name="Mode">Whether it must be there, or may be made.</param>
/// <param name="Access">What is to be done with it.</param>
/// <param name="Share">What others may do with it meanwhile.</param>
/// <param name="Room">Bytes of the disk that a new file takes at once; 0 for a sparse file, which takes what is written.</param>
internal readonly record struct FileOpening(FileMode Mode, FileAccess Access, FileShare Share, long Room)
{
    private const FileShare Shared = FileShare.ReadWrite | FileShare.Delete;

    /// <summary>Whether a new file can be read and written by its owner alone.</summary>
    public bool IsPrivate { get; init; }

    /// <summary>An existing file, for reading.</summary>
    public static FileOpening Read => new(FileMode.Open, FileAccess.Read, Shared, 0);

    /// <summary>An existing file, for reading and writing.</summary>
    public static FileOpening Write => new(FileMode.Open, FileAccess.ReadWrite, Shared, 0);

    /// <summary>A file for reading and writing, made if it is not there.</summary>
    public static FileOpening WriteOrCreate => new(FileMode.OpenOrCreate, FileAccess.ReadWrite, Shared, 0);

    /// <summary>A file that must not be there yet.</summary>
    /// <param name="room">As in <see cref="Room"/>.</param>
    public static FileOpening New(long room = 0) => new(FileMode.CreateNew, FileAccess.ReadWrite, Shared, room);
}
