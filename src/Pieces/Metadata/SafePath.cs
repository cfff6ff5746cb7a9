using System.Buffers;
using System.Text;
using Pieces.Primitives;

namespace Pieces.Metadata;

/// <summary>
/// Makes a name from a torrent safe as one component of a path, in the same way on every run. On every system a safe name contains no path separator
/// of any system and no control character, is not "." or "..", and is not too long. Names that are dangerous only on Windows are changed only there.
/// </summary>
internal static class SafePath
{
    /// <summary>Suffix of the name of a file that is not complete yet.</summary>
    public const string PartSuffix = ".part";

    /// <summary>Maximum length of a name, in UTF-8 bytes. When we add a suffix, the name is shortened to make room.</summary>
    public const int MaxNameBytes = NameRules.CommonLength;

    /// <summary>Maximum number of path components, including the top folder.</summary>
    public const int MaxDepth = 64;

    /// <summary>Maximum length of a path below the output folder, in UTF-8 bytes, including separators.</summary>
    public const int MaxPathBytes = 2048;

    // Maximum length of an extension, in UTF-8 bytes. A longer one is treated as part of the name and may be cut.
    private const int MaxExtensionBytes = 24;

    private static readonly SearchValues<char> WindowsCharacters = SearchValues.Create("<>:\"|?*");

    private static readonly string[] WindowsDevices = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];

    /// <summary>The rules of the operating system we run on.</summary>
    public static PathRules CurrentRules =>
        OperatingSystem.IsWindows() ? PathRules.Windows : OperatingSystem.IsMacOS() ? PathRules.MacOS : PathRules.Posix;

    /// <summary>Compares names as the system does: names that differ only by case may be equal.</summary>
    public static StringComparer ComparerOf(PathRules rules) => rules == PathRules.Posix ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase;

    /// <inheritdoc cref="MakeSafe(string, NameRules)"/>
    public static string MakeSafe(string name, PathRules rules) => MakeSafe(name, NameRules.Of(rules));

    /// <summary>Makes one component safe; returns the same string when nothing has to change, and an empty string only for an empty name.</summary>
    public static string MakeSafe(string name, NameRules rules)
    {
        if (name is "." or "..")
            return "_";
        string safe = ReplaceCharacters(name, rules);
        if (rules.IsStrict && IsWindowsDevice(safe))
            safe = "_" + safe;
        safe = Shorten(safe, rules);
        if (rules.IsStrict && safe.Length > 0 && safe[^1] is '.' or ' ')
            safe = safe[..^1] + "_";
        return safe;
    }

    /// <summary>
    /// Makes the name of a torrent's file or top folder safe; empty when no character of it is usable. <c>.NAME.pieces</c> is the hidden folder of a
    /// torrent named NAME, so no torrent may have such a name.
    /// </summary>
    public static string MakeSafeTop(string name, PathRules rules) => MakeSafeTop(name, NameRules.Of(rules));

    /// <inheritdoc cref="MakeSafeTop(string, PathRules)"/>
    public static string MakeSafeTop(string name, NameRules rules)
    {
        if (string.IsNullOrWhiteSpace(name) || name is "." or "..")
            return "";
        string safe = MakeSafe(name, rules);
        bool isStateFolder = safe.StartsWith('.') && safe.EndsWith(".pieces", StringComparison.OrdinalIgnoreCase);
        return isStateFolder ? "_" + safe[1..] : safe;
    }

    /// <summary>A name with <c>.N</c> before its extension, for example <c>bar.1.txt</c>.</summary>
    public static string WithNumber(string stem, int number, string extension) => $"{stem}.{number}{extension}";

    /// <summary>A name with a suffix. If they are too long together, the name is cut, and a hash of the full name keeps it distinct.</summary>
    public static string WithSuffix(string name, string suffix, NameRules rules)
    {
        if (rules.LengthOf(name) + suffix.Length <= rules.MaxLength)
            return name + suffix;
        string mark = Marked(string.Empty, name);
        return Cut(name, rules.MaxLength - suffix.Length - mark.Length, rules) + mark + suffix;
    }

    /// <summary>A changed name, with a hash of the original name that distinguishes it from other changed names.</summary>
    public static string Marked(string changed, string name) => $"{changed}~{Sha1Digest.Of(Encoding.UTF8.GetBytes(name)).ToString()[..8]}";

    /// <summary>Splits a name into stem and extension, so that <see cref="WithNumber"/> fits with any number.</summary>
    public static (string Stem, string Extension) SplitForNumber(string name, NameRules rules)
    {
        const int RoomForNumber = 11;
        int dot = ExtensionStart(name);
        string extension = name[dot..];
        return (Cut(name[..dot], rules.MaxLength - RoomForNumber - rules.LengthOf(extension), rules), extension);
    }

    /// <summary>A name for a one-line message: control characters are replaced, and a long name is cut.</summary>
    public static string Display(string name)
    {
        const int MaxLength = 120;
        string safe = string.Create(name.Length, name, static (span, source) =>
        {
            for (int i = 0; i < span.Length; i++)
                span[i] = IsControl(source[i]) ? '?' : source[i];
        });
        return safe.Length <= MaxLength ? safe : string.Concat(safe.AsSpan(0, MaxLength), "...");
    }

    private static string ReplaceCharacters(string name, NameRules rules)
    {
        int at = 0;
        while (at < name.Length && IsAllowed(name[at], rules))
            at++;
        if (at == name.Length)
            return name;

        return string.Create(name.Length, (name, rules), static (span, source) =>
        {
            for (int i = 0; i < span.Length; i++)
                span[i] = IsAllowed(source.name[i], source.rules) ? source.name[i] : '_';
        });
    }

    // U+FFFD replaces bytes of the torrent that are not UTF-8.
    private static bool IsAllowed(char c, NameRules rules) =>
        c is not ('/' or '\\' or '\uFFFD') && !IsControl(c) && (!rules.IsStrict || !WindowsCharacters.Contains(c));

    // Includes line separators, and characters that change the text direction and can disguise an extension.
    private static bool IsControl(char c) => char.IsControl(c) || c is (>= '\u2028' and <= '\u202E') or (>= '\u2066' and <= '\u2069');

    private static bool IsWindowsDevice(string name)
    {
        int dot = name.IndexOf('.', StringComparison.Ordinal);
        ReadOnlySpan<char> stem = (dot < 0 ? name : name.AsSpan(0, dot)).TrimEnd(' ');
        foreach (string device in WindowsDevices)
        {
            if (stem.Equals(device, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        bool isPort = stem.StartsWith("COM", StringComparison.OrdinalIgnoreCase) || stem.StartsWith("LPT", StringComparison.OrdinalIgnoreCase);
        return isPort && stem.Length == 4 && stem[3] is (>= '0' and <= '9') or '\u00B9' or '\u00B2' or '\u00B3';
    }

    private static string Shorten(string name, NameRules rules)
    {
        // A UTF-16 unit takes at most three bytes in UTF-8.
        if (name.Length * 3 <= rules.MaxLength || rules.LengthOf(name) <= rules.MaxLength)
            return name;
        int dot = ExtensionStart(name);
        string extension = name[dot..];
        return Cut(name[..dot], rules.MaxLength - rules.LengthOf(extension), rules) + extension;
    }

    private static int ExtensionStart(string name)
    {
        int dot = name.LastIndexOf('.');
        return dot <= 0 || Encoding.UTF8.GetByteCount(name.AsSpan(dot)) > MaxExtensionBytes ? name.Length : dot;
    }

    private static string Cut(string text, int most, NameRules rules)
    {
        int taken = 0, length = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            taken += rules.CountsUnits ? rune.Utf16SequenceLength : rune.Utf8SequenceLength;
            if (taken > most)
                return text[..length];
            length += rune.Utf16SequenceLength;
        }

        return text;
    }
}
