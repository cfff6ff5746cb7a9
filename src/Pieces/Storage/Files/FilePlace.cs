namespace Pieces.Storage.Files;

/// <summary>Where the bytes of a file are.</summary>
internal enum FilePlace : byte
{
    /// <summary>Nowhere yet; the first write makes the <c>.part</c> file.</summary>
    Absent,

    /// <summary>In the <c>.part</c> file.</summary>
    Part,

    /// <summary>Under the final name; never written there.</summary>
    Final,

    /// <summary>In the spare file: it is not selected, and shares a piece with one that is.</summary>
    Spare,

    /// <summary>In a file that is read and never written: the unfinished file of another user, or one that was put aside.</summary>
    Other,

    /// <summary>Nowhere, ever: pad files are zeros (BEP 47).</summary>
    Zeros,
}

/// <summary>How a <see cref="FileStore"/> works.</summary>
/// <param name="ReadOnly">Nothing is ever made, written or renamed.</param>
/// <param name="Preallocation">How room is made for a new file.</param>
internal readonly record struct FileStoreMode(bool ReadOnly, Preallocation Preallocation);
