using System.Globalization;
using System.Text;
using Pieces.Primitives;

namespace Pieces.Wire;

/// <summary>The name of the program behind a peer id (BEP 20), for display. The text is safe to print on a terminal, whatever the peer
/// sent.</summary>
internal static class ClientName
{
    /// <summary>Maximum length of a printed client name, in characters.</summary>
    public const int MaxLength = 64;

    // Length in bytes of the part of an id that can name a program; the rest is random.
    private const int PrefixLength = 8;

    /// <summary>The program's name and version, or the start of the id with unprintable bytes escaped.</summary>
    public static string Of(PeerId id)
    {
        Span<byte> bytes = stackalloc byte[PeerId.Length];
        id.CopyTo(bytes);
        return FromAzureusStyle(bytes) ?? FromDashedStyle(bytes) ?? FromTixati(bytes) ?? FromShadowStyle(bytes) ?? Escape(bytes[..PrefixLength]);
    }

    /// <summary>
    /// Makes a client name sent by the peer (<c>v</c> of BEP 10) safe to print: replaces control and formatting characters by '?' and cuts it to
    /// <see cref="MaxLength"/>.
    /// </summary>
    public static string Printable(string text)
    {
        var safe = new StringBuilder(Math.Min(text.Length, MaxLength));
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (safe.Length + rune.Utf16SequenceLength > MaxLength)
                break;
            bool isOdd = Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned;
            safe.Append(isOdd ? "?" : rune.ToString());
        }

        return safe.ToString().Trim();
    }

    // "-AZ8421-": two letters, then four version characters.
    private static string? FromAzureusStyle(ReadOnlySpan<byte> id)
    {
        if (id[0] != '-' || id[7] != '-' || !char.IsAsciiLetterOrDigit((char)id[1]) || !char.IsAsciiLetterOrDigit((char)id[2]))
            return null;
        string code = Encoding.ASCII.GetString(id.Slice(1, 2));
        if (AzureusName(code) is not { } name)
            return null;
        string? version = code switch
        {
            "TR" => TransmissionVersion(id.Slice(3, 4)),
            "UT" or "UM" or "BT" => ThreeDigitVersion(id.Slice(3, 4)),
            _ => FourDigitVersion(id.Slice(3, 4)),
        };
        return version is null ? null : $"{name} {version}";
    }

    private static string? AzureusName(string code) => code switch
    {
        "7T" => "aTorrent",
        "A2" => "aria2",
        "AG" => "Ares",
        "AZ" => "Azureus/Vuze",
        "BC" => "BitComet",
        "BI" => "BiglyBT",
        "BT" => "BitTorrent",
        "BW" => "BitWombat",
        "DE" => "Deluge",
        "FD" => "Free Download Manager",
        "FL" => "Flud",
        "FW" => "FrostWire",
        "GT" => "GoTorrent",
        "KT" => "KTorrent",
        "LT" => "libtorrent",
        "lt" => "libTorrent (rakshasa)",
        "LW" => "LimeWire",
        "MO" => "MonoTorrent",
        "PC" => "Pieces",
        "PI" => "PicoTorrent",
        "qB" => "qBittorrent",
        "RT" => "rTorrent",
        "SD" => "Thunder",
        "SZ" => "Shareaza",
        "TR" => "Transmission",
        "TX" => "Tixati",
        "UM" => "µTorrent Mac",
        "UT" => "µTorrent",
        "WD" => "WebTorrent Desktop",
        "WT" => "BitLet",
        "WW" => "WebTorrent",
        "XL" => "Xunlei",
        _ => null,
    };

    // "4000" is 4.0.0 and "400B" its beta. Before version 4, the minor version had two digits: "111Z" is 1.11 dev.
    private static string? TransmissionVersion(ReadOnlySpan<byte> version)
    {
        if (Digit(version[0]) is not { } major || Digit(version[1]) is not { } minor || Digit(version[2]) is not { } patch)
            return null;
        string number = major >= 4 ? $"{major}.{minor}.{patch}" : $"{major}.{minor}{patch}";
        return version[3] switch
        {
            (byte)'B' => number + " beta",
            (byte)'X' or (byte)'Z' => number + " dev",
            _ => number,
        };
    }

    private static string? ThreeDigitVersion(ReadOnlySpan<byte> version)
    {
        if (Digit(version[0]) is not { } major || Digit(version[1]) is not { } minor || Digit(version[2]) is not { } patch)
            return null;
        string suffix = version[3] switch { (byte)'B' => " beta", (byte)'A' => " alpha", _ => "" };
        return $"{major}.{minor}.{patch}{suffix}";
    }

    private static string? FourDigitVersion(ReadOnlySpan<byte> version)
    {
        if (Digit(version[0]) is not { } a || Digit(version[1]) is not { } b || Digit(version[2]) is not { } c || Digit(version[3]) is not { } d)
            return null;
        return d == 0 ? $"{a}.{b}.{c}" : $"{a}.{b}.{c}.{d}";
    }

    // "A2-1-18-8-", "M1-2-3--": letters, then decimal numbers separated by dashes.
    private static string? FromDashedStyle(ReadOnlySpan<byte> id)
    {
        string? name = id.StartsWith("A2-"u8) ? "aria2" : id[0] switch { (byte)'M' => "Mainline", (byte)'Q' => "Queen Bee", _ => null };
        if (name is null)
            return null;

        ReadOnlySpan<byte> rest = id[0] == 'A' ? id[3..] : id[1..];
        var version = new StringBuilder();
        for (int part = 0; part < 3; part++)
        {
            int digits = rest.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
            if (digits is < 1 or > 3 || rest[digits] != '-')
                return null;
            version.Append(part == 0 ? "" : ".").Append(Encoding.ASCII.GetString(rest[..digits]));
            rest = rest[(digits + 1)..];
        }

        return $"{name} {version}";
    }

    // "TIX0193-": two digits each for the major and minor version.
    private static string? FromTixati(ReadOnlySpan<byte> id)
    {
        if (!id.StartsWith("TIX"u8) || id[7] != '-' || id.Slice(3, 4).ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            return null;
        int major = ((id[3] - '0') * 10) + (id[4] - '0');
        return $"Tixati {major}.{(char)id[5]}{(char)id[6]}";
    }

    // "S58B-----": a letter, up to five version characters, dashes up to the ninth byte.
    private static string? FromShadowStyle(ReadOnlySpan<byte> id)
    {
        string? name = (char)id[0] switch
        {
            'A' => "ABC",
            'O' => "Osprey Permaseed",
            'R' => "Tribler",
            'S' => "Shad0w",
            'T' => "BitTornado",
            'U' => "UPnP NAT Bit Torrent",
            _ => null,
        };
        ReadOnlySpan<byte> version = id.Slice(1, 5).TrimEnd((byte)'-');
        if (name is null || version.IsEmpty || !id.Slice(6, 3).SequenceEqual("---"u8))
            return null;

        var text = new StringBuilder(name);
        for (int i = 0; i < version.Length; i++)
        {
            if (Digit(version[i]) is not { } number)
                return null;
            text.Append(i == 0 ? ' ' : '.').Append(number);
        }

        return text.ToString();
    }

    // Version digits are 0-9, A-Z, a-z.
    private static int? Digit(byte value) => value switch
    {
        >= (byte)'0' and <= (byte)'9' => value - '0',
        >= (byte)'A' and <= (byte)'Z' => value - 'A' + 10,
        >= (byte)'a' and <= (byte)'z' => value - 'a' + 36,
        _ => null,
    };

    private static string Escape(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        foreach (byte value in bytes)
        {
            if (value is > 0x20 and < 0x7f and not (byte)'\\')
                text.Append((char)value);
            else
                text.Append(CultureInfo.InvariantCulture, $"\\x{value:x2}");
        }

        return text.ToString();
    }
}
