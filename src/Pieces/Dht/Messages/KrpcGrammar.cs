namespace Pieces.Dht.Messages;

/// <summary>
/// Checks whether a datagram can be a message at all, without allocations and exceptions, because unsolicited datagrams must cost almost nothing. A
/// datagram that passes is also accepted by the bencode reader; the limits here are narrower.
/// </summary>
internal static class KrpcGrammar
{
    /// <summary>Maximum nesting depth of lists and dictionaries in a datagram.</summary>
    public const int MaxDepth = 8;

    /// <summary>Maximum number of values and keys in a datagram.</summary>
    public const int MaxValues = 512;

    // Maximum number of digits of an integer: any number with 18 digits fits in 64 bits.
    private const int MaxDigits = 18;

    /// <summary>Whether the bytes are exactly one dictionary in canonical form.</summary>
    public static bool IsMessage(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 2 || bytes[0] != (byte)'d')
            return false;
        Span<Level> open = stackalloc Level[MaxDepth];
        int depth = 0;
        int at = 0;
        for (int count = 0; count < MaxValues; count++)
        {
            if (!TryStep(bytes, ref at, open, ref depth))
                return false;
            if (depth == 0)
                return at == bytes.Length;
        }

        return false;
    }

    private static bool TryStep(ReadOnlySpan<byte> bytes, ref int at, Span<Level> open, ref int depth)
    {
        if (at == bytes.Length)
            return false;
        byte first = bytes[at];
        bool wantsKey = depth > 0 && open[depth - 1].WantsKey;
        if (first == 'e')
        {
            // A key without a value.
            if (depth == 0 || open[depth - 1].HasKey)
                return false;
            at++;
            depth--;
            EndValue(open, depth);
            return true;
        }

        if (first is >= (byte)'0' and <= (byte)'9')
        {
            if (!TryString(bytes, ref at, out int start))
                return false;
            if (wantsKey)
                return open[depth - 1].TakeKey(bytes, start, at);
            EndValue(open, depth);
            return true;
        }

        if (wantsKey)
            return false;
        if (first == 'i')
        {
            if (!TryInteger(bytes, ref at))
                return false;
            EndValue(open, depth);
            return true;
        }

        if (first is not ((byte)'d' or (byte)'l') || depth == MaxDepth)
            return false;
        open[depth++] = new Level { IsDictionary = first == 'd' };
        at++;
        return true;
    }

    private static void EndValue(Span<Level> open, int depth)
    {
        if (depth > 0)
            open[depth - 1].HasKey = false;
    }

    private static bool TryString(ReadOnlySpan<byte> bytes, ref int at, out int start)
    {
        int length = 0;
        int digits = at;
        for (start = at; start < bytes.Length && bytes[start] is >= (byte)'0' and <= (byte)'9'; start++)
        {
            length = (length * 10) + (bytes[start] - '0');
            if (length > bytes.Length)
                return false;
        }

        bool hasLeadingZero = bytes[digits] == '0' && start != digits + 1;
        if (hasLeadingZero || start == bytes.Length || bytes[start] != ':' || length > bytes.Length - start - 1)
            return false;
        start++;
        at = start + length;
        return true;
    }

    private static bool TryInteger(ReadOnlySpan<byte> bytes, ref int at)
    {
        int first = at + 1;
        if (first < bytes.Length && bytes[first] == '-')
            first++;
        int end = first;
        while (end < bytes.Length && bytes[end] is >= (byte)'0' and <= (byte)'9')
            end++;
        if (end == bytes.Length || bytes[end] != 'e' || end == first || end - first > MaxDigits)
            return false;
        // Neither -0 nor leading zeros are allowed.
        if (bytes[first] == '0' && end != at + 2)
            return false;
        at = end + 1;
        return true;
    }

    /// <summary>An open list or dictionary.</summary>
    private struct Level
    {
        public bool IsDictionary;
        public bool HasKey;
        private int _keyStart;
        private int _keyEnd;

        public readonly bool WantsKey => IsDictionary && !HasKey;

        /// <summary>Records a key; false if it does not sort after the previous one, which also excludes duplicates.</summary>
        public bool TakeKey(ReadOnlySpan<byte> bytes, int start, int end)
        {
            if (_keyEnd > 0 && bytes[start..end].SequenceCompareTo(bytes[_keyStart.._keyEnd]) <= 0)
                return false;
            (_keyStart, _keyEnd, HasKey) = (start, end, true);
            return true;
        }
    }
}
