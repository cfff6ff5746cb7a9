namespace Pieces.Storage;

/// <summary>How disk space for a file is allocated before its bytes arrive.</summary>
public enum Preallocation
{
    /// <summary>Files grow as they are written.</summary>
    None,

    /// <summary>Files get their full length at once, as sparse files that occupy no disk blocks yet.</summary>
    Sparse,

    /// <summary>The disk blocks of the files are allocated at once.</summary>
    Full,
}
