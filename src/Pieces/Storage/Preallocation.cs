namespace Pieces.Storage;

/// <summary>How room for files is made before their bytes come.</summary>
public enum Preallocation
{
    /// <summary>Files grow as they are written.</summary>
    None,

    /// <summary>Files get their length at once, without taking blocks of the disk.</summary>
    Sparse,

    /// <summary>Blocks of the disk are taken at once.</summary>
    Full,
}
