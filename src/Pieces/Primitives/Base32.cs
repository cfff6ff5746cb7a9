namespace Pieces.Primitives;

/// <summary>Base32 without padding (RFC 4648, section 6), the encoding of info-hashes in old magnet links (BEP 9).</summary>
internal static class Base32
{
    /// <summary>Decodes characters of either case, without padding, that fill <paramref name="destination"/> exactly.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, Span<byte> destination)
    {
        if (text.Length * 5 != destination.Length * 8)
            return false;

        int at = 0, bits = 0, held = 0;
        foreach (char c in text)
        {
            int value = c switch
            {
                >= 'A' and <= 'Z' => c - 'A',
                >= 'a' and <= 'z' => c - 'a',
                >= '2' and <= '7' => c - '2' + 26,
                _ => -1,
            };
            if (value < 0)
                return false;

            held = ((held << 5) | value) & 0xFFF;
            bits += 5;
            if (bits >= 8)
            {
                bits -= 8;
                destination[at++] = (byte)(held >> bits);
            }
        }

        return true;
    }
}
