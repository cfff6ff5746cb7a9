using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Pieces.Bencode;

namespace Pieces.Metadata;

/// <summary>Reads the file list of a torrent (BEP 3, BEP 47) and gives each file a safe and unique path.</summary>
internal sealed class FileListParser
{
    private readonly NamePool _names = new();
    private readonly string _top;
    private readonly string _originalTop;
    private readonly NameRules _rules;
    private readonly WarningList _warnings;

    /// <summary>Prepares for a torrent whose file or top folder is named <paramref name="top"/>.</summary>
    public FileListParser(string top, string originalTop, PathRules rules, WarningList warnings)
    {
        _top = top;
        _originalTop = originalTop;
        _rules = NameRules.Of(rules);
        _warnings = warnings;
    }

    /// <summary>Reads the one entry of a single-file torrent.</summary>
    /// <exception cref="MetainfoException">The length is missing or invalid.</exception>
    public ImmutableArray<FileEntry> ParseSingle(BencodeNode info)
    {
        if (!info.TryGet("length"u8, out _))
            throw new MetainfoException("\"info\" has neither \"length\" nor \"files\"; the file is damaged");
        TorrentFileAttributes attributes = ReadAttributes(info);
        long length = ReadLength(info, attributes, index: 0);
        if (attributes != TorrentFileAttributes.None && length > 0 && (attributes & TorrentFileAttributes.Padding) != 0)
            throw new MetainfoException("the only file is padding; there is nothing to download");
        return [new FileEntry(0, [_top], _top == _originalTop ? [_top] : [_originalTop], 0, length, attributes)];
    }

    /// <summary>Reads the entries of a <c>files</c> list.</summary>
    /// <exception cref="MetainfoException">An entry is invalid; the message counts entries from 1.</exception>
    public ImmutableArray<FileEntry> ParseFiles(BencodeNode files)
    {
        if (files.Kind != BencodeKind.List)
            throw new MetainfoException($"\"files\" is {InfoParser.Describe(files)}, not a list; the file is damaged");

        ImmutableArray<FileEntry>.Builder entries = ImmutableArray.CreateBuilder<FileEntry>();
        long offset = 0, real = 0;
        foreach (BencodeNode file in files.Items)
        {
            FileEntry entry = ParseEntry(file, entries.Count, offset);
            if (entry.Length > long.MaxValue - offset)
                throw new MetainfoException("the lengths of the files add up to more than 2^63 bytes; the file is damaged");
            offset += entry.Length;
            real += entry.IsOnDisk ? entry.Length : 0;
            entries.Add(entry);
        }

        if (entries.Count == 0)
            throw new MetainfoException("\"files\" is empty; there is nothing to download");
        if (offset > 0 && real == 0)
            throw new MetainfoException($"all {offset} bytes are padding; there is nothing to download");
        ClaimPaths(entries);
        return entries.DrainToImmutable();
    }

    private FileEntry ParseEntry(BencodeNode file, int index, long offset)
    {
        if (file.Kind != BencodeKind.Dictionary)
            throw new MetainfoException($"{Subject(index)} is {InfoParser.Describe(file)}, not a dictionary; the torrent is damaged");
        TorrentFileAttributes attributes = ReadAttributes(file);
        long length = ReadLength(file, attributes, index);
        if (!TryGetPath(file, out BencodeNode path))
        {
            // Some programs omit the path of a pad file, which needs none.
            if ((attributes & TorrentFileAttributes.Padding) == 0)
                throw new MetainfoException($"\"path\" of {Subject(index)} is missing or not a list of strings; the torrent is damaged");
            ImmutableArray<string> made = [_top, ".pad", length.ToString(CultureInfo.InvariantCulture)];
            return new FileEntry(index, made, made, offset, length, attributes);
        }

        (ImmutableArray<string> safe, ImmutableArray<string> original) = ReadPath(path, index);
        if (IsPaddingByName(original))
            attributes |= TorrentFileAttributes.Padding;
        return new FileEntry(index, safe, original, offset, length, attributes);
    }

    // Programs older than BEP 47 mark pad files only by their names.
    private static bool IsPaddingByName(ImmutableArray<string> path)
    {
        if (path[^1].StartsWith("_____padding_file_", StringComparison.Ordinal))
            return true;
        return path.Length == 3 && path[1] == ".pad" && path[2].Length > 0 && !path[2].AsSpan().ContainsAnyExceptInRange('0', '9');
    }

    private static string Subject(int index) => string.Create(CultureInfo.InvariantCulture, $"file {index + 1}");

    private static TorrentFileAttributes ReadAttributes(BencodeNode file)
    {
        var attributes = TorrentFileAttributes.None;
        if (!file.TryGetBytes("attr"u8, out ReadOnlySpan<byte> letters))
            return attributes;
        foreach (byte letter in letters)
        {
            attributes |= letter switch
            {
                (byte)'p' => TorrentFileAttributes.Padding,
                (byte)'x' => TorrentFileAttributes.Executable,
                (byte)'h' => TorrentFileAttributes.Hidden,
                (byte)'l' => TorrentFileAttributes.Symlink,
                _ => TorrentFileAttributes.None,
            };
        }

        return attributes;
    }

    // A link has no bytes of its own, whatever its "length" (BEP 47).
    private static long ReadLength(BencodeNode file, TorrentFileAttributes attributes, int index)
    {
        if ((attributes & TorrentFileAttributes.Symlink) != 0)
            return 0;
        file.TryGet("length"u8, out BencodeNode node);
        if (!node.TryGetInteger(out long length))
            throw new MetainfoException($"\"length\" of {Subject(index)} is {InfoParser.Describe(node)}, not an integer; the torrent is damaged");
        if (length < 0)
            throw new MetainfoException($"\"length\" of {Subject(index)} is {length} bytes, which is negative; the torrent is damaged");
        return length;
    }

    private static bool TryGetPath(BencodeNode file, out BencodeNode path) =>
        (file.TryGetList("path.utf-8"u8, out path) && IsListOfStrings(path, mustBeUtf8: true)) ||
        (file.TryGetList("path"u8, out path) && IsListOfStrings(path, mustBeUtf8: false));

    private static bool IsListOfStrings(BencodeNode list, bool mustBeUtf8)
    {
        bool isEmpty = true;
        foreach (BencodeNode item in list.Items)
        {
            if (!item.TryGetBytes(out ReadOnlySpan<byte> bytes) || (mustBeUtf8 && !System.Text.Unicode.Utf8.IsValid(bytes)))
                return false;
            isEmpty = false;
        }

        return !isEmpty;
    }

    private (ImmutableArray<string> Safe, ImmutableArray<string> Original) ReadPath(BencodeNode path, int index)
    {
        ImmutableArray<string>.Builder original = ImmutableArray.CreateBuilder<string>(4);
        original.Add(_originalTop);
        int size = path.Raw.Length;
        foreach (BencodeNode item in path.Items)
        {
            if (original.Count == SafePath.MaxDepth)
                throw new MetainfoException($"\"path\" of {Subject(index)} has more than {SafePath.MaxDepth - 1} components; refused");
            item.TryGetBytes(out ReadOnlySpan<byte> bytes);
            original.Add(_names.Get(bytes));
        }

        ImmutableArray<string> asWritten = original.DrainToImmutable();
        ImmutableArray<string> safe = MakeSafe(asWritten);

        // A UTF-16 unit takes at most three bytes in UTF-8, so most paths need not be counted.
        if (size * 3 > SafePath.MaxPathBytes && ByteLengthOf(safe) > SafePath.MaxPathBytes)
            throw new MetainfoException($"\"path\" of {Subject(index)} is longer than {SafePath.MaxPathBytes} bytes; refused");
        return (safe, asWritten);
    }

    private static int ByteLengthOf(ImmutableArray<string> path)
    {
        int length = 0;
        foreach (string name in path)
            length += Encoding.UTF8.GetByteCount(name) + 1;
        return length - 1;
    }

    // Nearly every path is safe already; then both properties share one array.
    private ImmutableArray<string> MakeSafe(ImmutableArray<string> original)
    {
        bool isSame = _top == _originalTop;
        for (int i = 1; i < original.Length && isSame; i++)
            isSame = original[i].Length > 0 && ReferenceEquals(SafePath.MakeSafe(original[i], _rules), original[i]);
        if (isSame)
            return original;

        ImmutableArray<string>.Builder safe = ImmutableArray.CreateBuilder<string>(original.Length);
        safe.Add(_top);
        for (int i = 1; i < original.Length; i++)
        {
            string name = SafePath.MakeSafe(original[i], _rules);
            if (name.Length > 0)
                safe.Add(name);
        }

        if (safe.Count == 1)
            safe.Add("_");
        return safe.ToImmutable();
    }

    private void ClaimPaths(ImmutableArray<FileEntry>.Builder entries)
    {
        var paths = new UniquePaths(_rules, entries.Count);
        foreach (FileEntry entry in entries)
        {
            if (entry.IsOnDisk)
                paths.AddFolders(entry.Path);
        }

        for (int i = 0; i < entries.Count; i++)
        {
            FileEntry entry = entries[i];
            if (!entry.IsOnDisk)
                continue;
            ImmutableArray<string> path = paths.Claim(entry.Path);
            if (path != entry.Path)
                entry = entries[i] = entry with { Path = path };
            if (!entry.Path.AsSpan()[1..].SequenceEqual(entry.OriginalPath.AsSpan()[1..]))
                _warnings.AddRenamed(string.Join('/', entry.OriginalPath), string.Join('/', entry.Path));
        }
    }
}
