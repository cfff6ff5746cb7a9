namespace Pieces.Bencode;

/// <summary>
/// Decodes bencode (BEP 3) from one buffer, without recursion and without copying. A length beyond the end is always an error. Whether an irregular
/// number or key is an error depends on the mode (<see cref="BencodeUse"/>). Unsorted keys are always accepted, because old torrents have them and
/// the info-hash is computed over the original bytes.
/// </summary>
internal static class BencodeReader
{
    /// <summary>Maximum nesting depth of lists and dictionaries, the outermost included.</summary>
    public const int MaxDepth = 100;

    /// <summary>Maximum number of values in one buffer, keys included; each uses 12 bytes of memory.</summary>
    public const int MaxNodes = 8 * 1024 * 1024;

    /// <summary>Maximum number of irregular numbers and repeated keys that <see cref="BencodeUse.Lenient"/> accepts in one buffer.</summary>
    public const int MaxOddities = 1000;

    /// <summary>Decodes a buffer that contains exactly one value.</summary>
    /// <exception cref="BencodeException">The buffer contains anything else, or exceeds a limit.</exception>
    public static BencodeNode Read(ReadOnlyMemory<byte> bytes, int maxNodes = MaxNodes, BencodeUse use = BencodeUse.Strict)
    {
        BencodeNode root = ReadPrefix(bytes, out int consumed, maxNodes, use);
        if (consumed != bytes.Length)
            throw new BencodeException(consumed, $"the value ends here, but {bytes.Length - consumed} bytes follow");
        return root;
    }

    /// <summary>Decodes the value at the start of a buffer; other bytes may follow it, as in a <c>ut_metadata</c> message (BEP 9).</summary>
    /// <param name="bytes">The buffer; the nodes are views into it.</param>
    /// <param name="consumed">Length of the value in bytes.</param>
    /// <param name="maxNodes">Maximum number of values, at most <see cref="MaxNodes"/>.</param>
    /// <param name="use">Whether irregularities are accepted.</param>
    /// <exception cref="BencodeException">The buffer does not start with a complete value, or exceeds a limit.</exception>
    public static BencodeNode ReadPrefix(ReadOnlyMemory<byte> bytes, out int consumed, int maxNodes = MaxNodes, BencodeUse use = BencodeUse.Strict)
    {
        var pass = new BencodePass(bytes, stackalloc BencodePass.Frame[MaxDepth], Math.Min(maxNodes, MaxNodes), use);
        BencodeTree.Record[] records = pass.Run();
        consumed = records[0].End;
        return new BencodeNode(new BencodeTree(bytes, records) { Oddities = pass.Oddities ?? [] }, 0);
    }

    /// <summary>As <see cref="Read"/>, but returns false on any error; for messages whose errors are not reported.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, out BencodeNode root, int maxNodes = MaxNodes, BencodeUse use = BencodeUse.Strict) =>
        TryReadPrefix(bytes, out root, out int consumed, maxNodes, use) && consumed == bytes.Length;

    /// <summary>As <see cref="ReadPrefix"/>, but returns false on any error; for messages whose errors are not reported.</summary>
    public static bool TryReadPrefix(
        ReadOnlyMemory<byte> bytes, out BencodeNode root, out int consumed, int maxNodes = MaxNodes, BencodeUse use = BencodeUse.Strict)
    {
        try
        {
            root = ReadPrefix(bytes, out consumed, maxNodes, use);
            return true;
        }
        catch (BencodeException)
        {
            root = default;
            consumed = 0;
            return false;
        }
    }
}
