namespace Pieces.Bencode;

/// <summary>The kinds of bencoded values (BEP 3).</summary>
internal enum BencodeKind
{
    /// <summary>No value: the result of a failed lookup.</summary>
    None,

    /// <summary>A 64-bit signed integer.</summary>
    Integer,

    /// <summary>A string of bytes.</summary>
    Bytes,

    /// <summary>A list of values.</summary>
    List,

    /// <summary>A dictionary from strings of bytes to values.</summary>
    Dictionary,
}
