namespace Pieces.Bencode;

/// <summary>What a buffer is read for, which decides whether an irregular encoding is accepted.</summary>
internal enum BencodeUse
{
    /// <summary>
    /// For data on which identity or safety depends, where two readers must never see different values: rejects integers beyond 64 bits, <c>-0</c>,
    /// leading zeros, and repeated keys in a dictionary.
    /// </summary>
    Strict,

    /// <summary>
    /// For data that is only informative and not hashed, where one irregular value must not discard the rest: the first of repeated keys is used,
    /// leading zeros are ignored, and an unreadable number is treated as absent. <see cref="BencodeNode.Oddity"/> describes the irregularity.
    /// </summary>
    Lenient,
}
