namespace Pieces.Platform;

/// <summary>Whose a file or directory is, and whether others may change it.</summary>
internal enum FileTrust : byte
{
    /// <summary>The system does not tell.</summary>
    Unknown,

    /// <summary>It belongs to the user of this process, and not everybody may write to it.</summary>
    Ours,

    /// <summary>It belongs to the user of this process, and everybody may write to it.</summary>
    Exposed,

    /// <summary>It belongs to another user.</summary>
    Foreign,
}
