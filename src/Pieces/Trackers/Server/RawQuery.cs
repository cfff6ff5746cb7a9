using System.Globalization;
using System.Text;

namespace Pieces.Trackers.Server;

/// <summary>The query of an announce as bytes: an info-hash is binary, and decoding it as text would corrupt it.</summary>
internal sealed class RawQuery
{
    /// <summary>Maximum number of parameters per query; the rest are ignored.</summary>
    public const int MaxParameters = 64;

    private readonly List<(string Name, byte[] Value)> _parameters = [];

    /// <summary>Parses the part of a request's target after the first question mark.</summary>
    public RawQuery(string target)
    {
        int question = target.IndexOf('?', StringComparison.Ordinal);
        if (question < 0)
            return;
        foreach (Range range in target.AsSpan(question + 1).Split('&'))
        {
            ReadOnlySpan<char> pair = target.AsSpan(question + 1)[range];
            int equals = pair.IndexOf('=');
            if (equals > 0 && _parameters.Count < MaxParameters)
                _parameters.Add((pair[..equals].ToString(), Decode(pair[(equals + 1)..])));
        }
    }

    /// <summary>All values of a parameter, in order.</summary>
    public IEnumerable<byte[]> All(string name) => _parameters.Where(parameter => parameter.Name == name).Select(parameter => parameter.Value);

    /// <summary>The first value of a parameter, or null.</summary>
    public byte[]? First(string name) => All(name).FirstOrDefault();

    /// <summary>The first value of a parameter as a non-negative number, or null.</summary>
    public long? Number(string name) =>
        First(name) is { } bytes && long.TryParse(bytes, NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : null;

    // A percent sign without two hexadecimal digits after it is kept, and so is a plus sign: clients encode spaces as %20.
    private static byte[] Decode(ReadOnlySpan<char> text)
    {
        byte[] decoded = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        int length = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && i + 2 < text.Length && char.IsAsciiHexDigit(text[i + 1]) && char.IsAsciiHexDigit(text[i + 2]))
            {
                decoded[length++] = byte.Parse(text.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
                i += 2;
            }
            else
            {
                length += Encoding.UTF8.GetBytes(text.Slice(i, 1), decoded.AsSpan(length));
            }
        }

        return decoded[..length];
    }
}
