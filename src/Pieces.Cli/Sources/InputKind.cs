using System.Text;
using Pieces.Metadata;
using Pieces.Primitives;

namespace Pieces.Cli.Sources;

/// <summary>Recognizes input that is not a torrent by its first bytes, and suggests what the user can do. A pure function.</summary>
internal static class InputKind
{
    /// <summary>Number of bytes at the beginning of the input that are examined.</summary>
    public const int Length = 4096;

    // Maximum length of an excerpt of the input in a message, in characters.
    private const int MaxShown = 60;
    private const int TarMarkAt = 257;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly (byte[] Mark, int At, string What, string Remedy)[] Marks =
    [
        ([0x1F, 0x8B], 0, "data compressed with gzip", "unpack it with gzip -d"),
        ([0xFD, .. "7zXZ"u8, 0], 0, "data compressed with xz", "unpack it with xz -d"),
        ([.. "BZh"u8], 0, "data compressed with bzip2", "unpack it with bzip2 -d"),
        ([0x28, 0xB5, 0x2F, 0xFD], 0, "data compressed with zstd", "unpack it with zstd -d"),
        ([0x04, 0x22, 0x4D, 0x18], 0, "data compressed with lz4", "unpack it with lz4 -d"),
        ([.. "PK"u8, 3, 4], 0, "a zip archive", "unpack it and give the .torrent in it"),
        ([.. "PK"u8, 5, 6], 0, "an empty zip archive", "get the .torrent again"),
        ([.. "7z"u8, 0xBC, 0xAF, 0x27, 0x1C], 0, "a 7-Zip archive", "unpack it and give the .torrent in it"),
        ([.. "Rar!"u8], 0, "a RAR archive", "unpack it and give the .torrent in it"),
        ([.. "ustar"u8], TarMarkAt, "a tar archive", "unpack it and give the .torrent in it"),
        ([.. "%PDF"u8], 0, "a PDF document", Other),
        ([0x89, .. "PNG"u8], 0, "a picture (PNG)", Other),
        ([0xFF, 0xD8, 0xFF], 0, "a picture (JPEG)", Other),
        ([.. "GIF8"u8], 0, "a picture (GIF)", Other),
        ([.. "RIFF"u8], 0, "a sound or video file (RIFF)", Other),
        ([0x1A, 0x45, 0xDF, 0xA3], 0, "a video file (Matroska)", Other),
        ([.. "ftyp"u8], 4, "a video file (MP4)", Other),
        ([.. "ID3"u8], 0, "a sound file (MP3)", Other),
        ([0x7F, .. "ELF"u8], 0, "a program (ELF)", Other),
        ([.. "MZ"u8], 0, "a program for Windows", "a program offered as a .torrent may be malicious"),
        ([.. "SQLite format 3"u8], 0, "a database (SQLite)", Other),
    ];

    private const string Other = "give a .torrent file, the URL of one, a magnet link or an info-hash";

    /// <summary>Describes what the bytes are, with the remedy in brackets; null if they look like a torrent or are not recognized.</summary>
    /// <param name="bytes">The whole input.</param>
    /// <param name="isFile">Whether the bytes come from a file, which <c>-i</c> could name.</param>
    public static string? Describe(ReadOnlySpan<byte> bytes, bool isFile)
    {
        if (bytes.IsEmpty)
            return "it is empty (get the .torrent again; a download of it may have failed)";
        ReadOnlySpan<byte> head = bytes[..Math.Min(bytes.Length, Length)];
        foreach ((byte[] mark, int at, string what, string remedy) in Marks)
        {
            if (head.Length >= at + mark.Length && head.Slice(at, mark.Length).SequenceEqual(mark))
                return $"it is {what}, not a torrent ({remedy})";
        }

        if (!head.ContainsAnyExcept((byte)0))
            return "it contains only zero bytes and is not a torrent (get it again; the disk or an unfinished download may be the cause)";
        if (head is [(byte)'d', >= (byte)'0' and <= (byte)'9', ..])
            return DescribeAltered(bytes);
        return TextOf(head) is { } text ? DescribeText(text.Trim(), isFile) : null;
    }

    /// <summary>Describes what a file that should be a list of sources is instead, with the remedy in brackets; null if it may be a list.</summary>
    public static string? DescribeList(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> head = bytes[..Math.Min(bytes.Length, Length)];
        if (head is [(byte)'d', >= (byte)'0' and <= (byte)'9', ..])
            return null;
        foreach ((byte[] mark, int at, string what, _) in Marks)
        {
            if (head.Length >= at + mark.Length && head.Slice(at, mark.Length).SequenceEqual(mark))
                return $"is {what}, not a list of sources (a list is text, one source per line)";
        }

        string? text = TextOf(head)?.Trim();
        if (text is null)
            return head.Contains((byte)0) && !System.Text.Unicode.Utf8.IsValid(head)
                ? "is binary data, not a list of sources (a list is text, one source per line)"
                : null;
        return text.StartsWith('<') && !LinkText.IsUrl(LinkText.Clean(FirstLine(text))) && !MagnetLink.IsLink(LinkText.Clean(FirstLine(text)))
            ? $"is {Markup(text)}, not a list of sources (a list is text, one source per line)"
            : null;
    }

    // An editor or browser that treats the bytes as text encodes each byte above 127 as two bytes. The result is valid UTF-8, which SHA-1 hashes are
    // not.
    private static string? DescribeAltered(ReadOnlySpan<byte> bytes) =>
        System.Text.Unicode.Utf8.IsValid(bytes) && bytes.ContainsAnyInRange((byte)0x80, (byte)0xFF)
            ? "it was a torrent, but a program has saved it as text and damaged it (get it again, as binary data)"
            : null;

    private static string? DescribeText(string text, bool isFile)
    {
        if (text.Length == 0)
            return "it contains only white space (get the .torrent again; a download of it may have failed)";
        string first = LinkText.Clean(FirstLine(text));
        string hint = isFile
            ? "give the link itself, or this file with -i to download"
            : "give the link itself as an argument; 'download -i -' reads a list of links";
        if (MagnetLink.IsLink(first))
            return isFile ? $"it contains a magnet link, not a torrent ({hint})" : $"it names a torrent but does not contain one ({hint})";
        if (LinkText.IsUrl(first) || InfoHash.TryParse(first, out _))
            return isFile ? $"it contains a link or an info-hash, not a torrent ({hint})" : $"it names a torrent but does not contain one ({hint})";
        if (text[0] == '<')
            return $"it is {Markup(text)}, not a torrent (a server may have sent a page instead: open the address in a browser)";
        if (text[0] is '{' or '[')
            return $"it is JSON, not a torrent: {Shown(text)} (it may be an error message from a server)";
        return text.Any(c => char.IsControl(c) && !char.IsWhiteSpace(c)) ? null : $"it is text, not a torrent: \"{Shown(text)}\" ({Other})";
    }

    private static string Markup(string text) =>
        text.Contains("<html", StringComparison.OrdinalIgnoreCase) || text.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase)
            ? "a web page (HTML)"
            : "a document of markup (XML or HTML)";

    private static string FirstLine(string text)
    {
        int end = text.AsSpan().IndexOfAny('\r', '\n');
        return end < 0 ? text : text[..end];
    }

    private static string Shown(string text) => DisplayText.Escape(FirstLine(text), MaxShown);

    // Returns null if the bytes are not text. Some editors write UTF-16 with a byte order mark.
    private static string? TextOf(ReadOnlySpan<byte> head)
    {
        if (head is [0xFF, 0xFE, ..])
            return Encoding.Unicode.GetString(head[2..]);
        if (head is [0xFE, 0xFF, ..])
            return Encoding.BigEndianUnicode.GetString(head[2..]);
        if (head is [0xEF, 0xBB, 0xBF, ..])
            head = head[3..];
        // The examined bytes may end within a character.
        for (int cut = 0; cut < 4 && cut <= head.Length; cut++)
        {
            if (System.Text.Unicode.Utf8.IsValid(head[..^cut]))
                return head.Contains((byte)0) ? null : StrictUtf8.GetString(head[..^cut]);
        }

        return null;
    }
}
