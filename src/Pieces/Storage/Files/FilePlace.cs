namespace Pieces.Storage.Files;

/// <summary>Where the bytes of a file are stored.</summary>
internal enum FilePlace : byte
{
    /// <summary>The file does not exist yet; the first write creates the <c>.part</c> file.</summary>
    Absent,

    /// <summary>In the <c>.part</c> file.</summary>
    Part,

    /// <summary>Under the final name, where the file is never written.</summary>
    Final,

    /// <summary>In the spare file: the file is not selected, and shares a piece with a selected file.</summary>
    Spare,

    /// <summary>In a file that is read and never written: the unfinished file of another user, or one that was set aside.</summary>
    Other,

    /// <summary>Not stored at all: pad files consist of zeros (BEP 47).</summary>
    Zeros,
}

/// <summary>Mode of a <see cref="FileStore"/>.</summary>
/// <param name="ReadOnly">Nothing is ever created, written or renamed.</param>
/// <param name="Preallocation">How disk space is allocated for a new file.</param>
internal readonly record struct FileStoreMode(bool ReadOnly, Preallocation Preallocation);
