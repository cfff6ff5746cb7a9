namespace Pieces.Platform;

/// <summary>Whether a file or directory belongs to us, and whether others may change it.</summary>
internal enum FileTrust : byte
{
    /// <summary>The operating system does not report it.</summary>
    Unknown,

    /// <summary>It belongs to the user of this process and is not world-writable.</summary>
    Ours,

    /// <summary>It belongs to the user of this process and is world-writable.</summary>
    Exposed,

    /// <summary>It belongs to another user.</summary>
    Foreign,
}
