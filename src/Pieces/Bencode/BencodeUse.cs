namespace Pieces.Bencode;

/// <summary>What a buffer is read for. It decides how odd the encoding may be.</summary>
internal enum BencodeUse
{
    /// <summary>
    /// Identity or safety depends on it, so two readers must never see two things: refuses integers beyond 64 bits, <c>-0</c>, leading zeros, and a
    /// key twice in one dictionary.
    /// </summary>
    Strict,

    /// <summary>
    /// It informs us and nothing is hashed by it, so one odd value must not discard the rest: of a key that occurs twice the first one counts,
    /// leading zeros are skipped, and a number that cannot be read is like one that is absent. <see cref="BencodeNode.Oddity"/> says what was odd.
    /// </summary>
    Lenient,
}
