namespace Pieces.Bencode;

/// <summary>
/// Decodes bencode (BEP 3) from one buffer, without recursion and without copying. A length past the end is always refused; whether a number or a key
/// that is odd is refused depends on what the buffer is read for (<see cref="BencodeUse"/>).
/// Accepted: keys out of order, since old torrents have them and an info-hash is taken over the original bytes.
/// </summary>
internal static class BencodeReader
{
    /// <summary>Most lists and dictionaries inside one another, the outermost included.</summary>
    public const int MaxDepth = 100;

    /// <summary>Most values in one buffer, keys counted too; each costs 12 bytes of memory.</summary>
    public const int MaxNodes = 8 * 1024 * 1024;

    /// <summary>Most odd numbers and repeated keys that <see cref="BencodeUse.Lenient"/> accepts in one buffer.</summary>
    public const int MaxOddities = 1000;

    /// <summary>Decodes a buffer that holds one value and nothing after it.</summary>
    /// <exception cref="BencodeException">It holds anything else, or exceeds a limit.</exception>
    public static BencodeNode Read(ReadOnlyMemory<byte> bytes, int maxNodes = MaxNodes, BencodeUse use = BencodeUse.Strict)
    {
        BencodeNode root = ReadPrefix(bytes, out int consumed, maxNodes, use);
        if (consumed != bytes.Length)
            throw new BencodeException(consumed, $"the value ends here, but {bytes.Length - consumed} bytes follow");
        return root;
    }

    /// <summary>Decodes the value at the front of a buffer; raw bytes may follow it, as in a <c>ut_metadata</c> message (BEP 9).</summary>
    /// <param name="bytes">The buffer; the nodes are views into it.</param>
    /// <param name="consumed">Length of the value, in bytes.</param>
    /// <param name="maxNodes">Most values that are accepted, at most <see cref="MaxNodes"/>.</param>
    /// <param name="use">What the buffer is read for.</param>
    /// <exception cref="BencodeException">It does not begin with a whole value, or exceeds a limit.</exception>
    public static BencodeNode ReadPrefix(ReadOnlyMemory<byte> bytes, out int consumed, int maxNodes = MaxNodes, BencodeUse use = BencodeUse.Strict)
    {
        var pass = new BencodePass(bytes, stackalloc BencodePass.Frame[MaxDepth], Math.Min(maxNodes, MaxNodes), use);
        BencodeTree.Record[] records = pass.Run();
        consumed = records[0].End;
        return new BencodeNode(new BencodeTree(bytes, records) { Oddities = pass.Oddities ?? [] }, 0);
    }

    /// <summary>As <see cref="Read"/>, for a stranger's message whose faults need no words.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, out BencodeNode root, int maxNodes = MaxNodes, BencodeUse use = BencodeUse.Strict) =>
        TryReadPrefix(bytes, out root, out int consumed, maxNodes, use) && consumed == bytes.Length;

    /// <summary>As <see cref="ReadPrefix"/>, for a stranger's message whose faults need no words.</summary>
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
