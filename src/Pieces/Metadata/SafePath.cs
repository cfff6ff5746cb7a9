using System.Buffers;
using System.Text;
using Pieces.Primitives;

namespace Pieces.Metadata;

/// <summary>
/// Makes a name from a torrent safe as one component of a path, the same on every run. On every system: no separator of any system, no
/// control character, no name that means a folder, no name too long. What is dangerous on Windows alone is changed there alone.
/// </summary>
internal static class SafePath
{
    /// <summary>What a file is called until it is verified, behind its name.</summary>
    public const string PartSuffix = ".part";

    /// <summary>Longest name, in bytes of UTF-8. What we add to a name has room, since the name is then shortened for it.</summary>
    public const int MaxNameBytes = NameRules.CommonLength;

    /// <summary>Most components of a path, the top folder included.</summary>
    public const int MaxDepth = 64;

    /// <summary>Longest path below the output folder, in bytes of UTF-8 with its separators.</summary>
    public const int MaxPathBytes = 2048;

    // A longer "extension" is a part of the name and may be cut like it.
    private const int MaxExtensionBytes = 24;

    private static readonly SearchValues<char> WindowsCharacters = SearchValues.Create("<>:\"|?*");

    private static readonly string[] WindowsDevices = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];

    /// <summary>The rules of the system we run on.</summary>
    public static PathRules CurrentRules =>
        OperatingSystem.IsWindows() ? PathRules.Windows : OperatingSystem.IsMacOS() ? PathRules.MacOS : PathRules.Posix;

    /// <summary>Whether two names that differ only by case are one file.</summary>
    public static StringComparer ComparerOf(PathRules rules) => rules == PathRules.Posix ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase;

    /// <inheritdoc cref="MakeSafe(string, NameRules)"/>
    public static string MakeSafe(string name, PathRules rules) => MakeSafe(name, NameRules.Of(rules));

    /// <summary>One component made safe; the same string when nothing had to change, and empty only when it was empty.</summary>
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
    /// The name of a torrent's file or top folder made safe, or empty when nothing of it can be used. <c>.NAME.pieces</c> is where we keep
    /// the state of a torrent called NAME, so no torrent may be called that.
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

    /// <summary>The name with <c>.N</c> before its extension, as <c>bar.1.txt</c>.</summary>
    public static string WithNumber(string stem, int number, string extension) => $"{stem}.{number}{extension}";

    /// <summary>A name with something behind it, cut so far that both fit; what was cut is told apart by a mark.</summary>
    public static string WithSuffix(string name, string suffix, NameRules rules)
    {
        if (rules.LengthOf(name) + suffix.Length <= rules.MaxLength)
            return name + suffix;
        string mark = Marked(string.Empty, name);
        return Cut(name, rules.MaxLength - suffix.Length - mark.Length, rules) + mark + suffix;
    }

    /// <summary>A name that was changed, with a mark that tells it from what other names become.</summary>
    public static string Marked(string changed, string name) => $"{changed}~{Sha1Digest.Of(Encoding.UTF8.GetBytes(name)).ToString()[..8]}";

    /// <summary>Cuts a name in stem and extension such that <see cref="WithNumber"/> of them fits whatever the number.</summary>
    public static (string Stem, string Extension) SplitForNumber(string name, NameRules rules)
    {
        const int RoomForNumber = 11;
        int dot = ExtensionStart(name);
        string extension = name[dot..];
        return (Cut(name[..dot], rules.MaxLength - RoomForNumber - rules.LengthOf(extension), rules), extension);
    }

    /// <summary>A name as part of a one-line message: control characters replaced, cut when long.</summary>
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

    // U+FFFD stands where the torrent had bytes that are no UTF-8.
    private static bool IsAllowed(char c, NameRules rules) =>
        c is not ('/' or '\\' or '\uFFFD') && !IsControl(c) && (!rules.IsStrict || !WindowsCharacters.Contains(c));

    // Besides the control characters proper: line separators, and those that turn the direction of text and so disguise an extension.
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
        // No character takes more than three bytes for each of its UTF-16 units.
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
