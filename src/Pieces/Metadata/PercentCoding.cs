using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Pieces.Metadata;

/// <summary>Decodes percent-coding (RFC 3986, section 2.1) of untrusted text.</summary>
internal static class PercentCoding
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Decodes a text; false when a <c>%</c> is not followed by two hexadecimal digits, or the bytes are not UTF-8.</summary>
    public static bool TryDecode(ReadOnlySpan<char> coded, [NotNullWhen(true)] out string? text)
    {
        text = null;
        if (!coded.Contains('%'))
        {
            text = coded.ToString();
            return true;
        }

        byte[] bytes = new byte[Encoding.UTF8.GetMaxByteCount(coded.Length)];
        int length = 0;
        while (!coded.IsEmpty)
        {
            if (coded[0] == '%')
            {
                if (coded.Length < 3 || !byte.TryParse(coded[1..3], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value))
                    return false;
                bytes[length++] = value;
                coded = coded[3..];
                continue;
            }

            int plain = coded.IndexOf('%');
            plain = plain < 0 ? coded.Length : plain;
            length += Encoding.UTF8.GetBytes(coded[..plain], bytes.AsSpan(length));
            coded = coded[plain..];
        }

        if (!System.Text.Unicode.Utf8.IsValid(bytes.AsSpan(0, length)))
            return false;
        text = StrictUtf8.GetString(bytes, 0, length);
        return true;
    }
}
