namespace Pieces.Platform;

/// <summary>What is at a path.</summary>
internal enum FileKind : byte
{
    /// <summary>Nothing.</summary>
    Missing,

    /// <summary>An ordinary file.</summary>
    File,

    /// <summary>A directory.</summary>
    Folder,

    /// <summary>A symbolic link, whatever its target.</summary>
    Link,

    /// <summary>A named pipe.</summary>
    Pipe,

    /// <summary>A socket.</summary>
    Socket,

    /// <summary>A block or character device.</summary>
    Device,

    /// <summary>A kind that this program does not know.</summary>
    Other,
}
