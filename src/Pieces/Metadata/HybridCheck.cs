using System.Collections.Immutable;
using System.Numerics;
using Pieces.Bencode;

namespace Pieces.Metadata;

/// <summary>
/// Checks that the v2 part of a hybrid's <c>info</c> (BEP 52) is well-formed and describes the same files as the v1 part. If the two parts of a
/// hybrid differ, v1 clients and v2 clients see two different torrents.
/// </summary>
internal ref struct HybridCheck
{
    private const int RootLength = 32;
    private const int MinPieceLength = 16 * 1024;

    private readonly ReadOnlySpan<FileEntry> _entries;
    private readonly bool _isMultiFile;
    private readonly List<ReadOnlyMemory<byte>> _path = [];
    private readonly BencodeNode _info;
    private BencodeItems _files;
    private int _next;

    private HybridCheck(BencodeNode info, ReadOnlySpan<FileEntry> entries, bool isMultiFile)
    {
        _info = info;
        _entries = entries;
        _isMultiFile = isMultiFile;
        info.TryGetList("files"u8, out BencodeNode files);
        _files = files.Items;
    }

    /// <summary>Checks the two parts of a hybrid against each other.</summary>
    /// <exception cref="MetainfoException">The parts differ, or the v2 part is malformed.</exception>
    public static void Verify(BencodeNode info, ImmutableArray<FileEntry> entries, bool isMultiFile, int pieceLength)
    {
        if (pieceLength < MinPieceLength || !BitOperations.IsPow2(pieceLength))
            throw new MetainfoException($"\"piece length\" is {pieceLength} bytes; BitTorrent v2 requires a power of two from {MinPieceLength}");
        if (!info.TryGetDictionary("file tree"u8, out BencodeNode tree))
            throw new MetainfoException("\"file tree\" is missing or not a dictionary, but \"meta version\" is 2; the torrent is damaged");

        foreach (FileEntry entry in entries)
        {
            if (!entry.IsPadding && entry.Length > 0 && entry.Offset % pieceLength != 0)
                throw Disagreement($"file {entry.Index + 1} does not begin at the boundary of a piece");
        }

        var check = new HybridCheck(info, entries.AsSpan(), isMultiFile);
        check.Walk(tree);
        if (check.TryNext(out FileEntry? left, out _))
            throw Disagreement($"file {left.Index + 1} is in \"files\" but not in \"file tree\"");
    }

    private static MetainfoException Disagreement(string fact) =>
        new($"the v1 and v2 halves of this hybrid torrent disagree: {fact}; the torrent is damaged");

    private static MetainfoException Malformed(string fact) => new($"\"file tree\" is malformed: {fact}; the torrent is damaged");

    // The bencode reader limits the nesting depth, and thereby the depth of this recursion.
    private void Walk(BencodeNode folder)
    {
        foreach (BencodeEntry entry in folder.Entries)
        {
            if (entry.Key.IsEmpty)
                throw Malformed("a folder has an empty name");
            if (entry.Value.Kind != BencodeKind.Dictionary)
                throw Malformed($"an entry is {InfoParser.Describe(entry.Value)}, not a dictionary");
            _path.Add(entry.Key.ToArray());
            if (entry.Value.TryGet(""u8, out BencodeNode leaf))
                CheckLeaf(entry.Value, leaf);
            else
                Walk(entry.Value);
            _path.RemoveAt(_path.Count - 1);
        }
    }

    private void CheckLeaf(BencodeNode holder, BencodeNode leaf)
    {
        int count = 0;
        foreach (BencodeEntry unused in holder.Entries)
            count++;
        if (count != 1 || leaf.Kind != BencodeKind.Dictionary)
            throw Malformed("a file is also a folder, or its description is not a dictionary");

        leaf.TryGetBytes("attr"u8, out ReadOnlySpan<byte> attributes);
        bool isLink = attributes.Contains((byte)'l');
        if (attributes.Contains((byte)'p'))
            throw Malformed("it names a pad file, which only the v1 half may have");
        if (!leaf.TryGetInteger("length"u8, out long length) && !isLink)
            throw Malformed("the length of a file is missing or not an integer");
        length = isLink ? 0 : length;
        bool hasRoot = leaf.TryGetBytes("pieces root"u8, out ReadOnlySpan<byte> root);
        if (length > 0 && (!hasRoot || root.Length != RootLength || !root.ContainsAnyExcept((byte)0)))
            throw Malformed($"\"pieces root\" of a file of {length} bytes is missing, zero or not {RootLength} bytes long");
        CheckAgainstNext(length);
    }

    private void CheckAgainstNext(long length)
    {
        if (!TryNext(out FileEntry? entry, out BencodeNode file))
            throw Disagreement("\"file tree\" has more files than \"files\"");
        if (entry.Length != length)
            throw Disagreement($"file {entry.Index + 1} is {entry.Length} bytes long in one and {length} in the other");
        bool isSamePath = _isMultiFile
            ? IsPathOf(file)
            : _path.Count == 1 && _info.TryGetBytes("name"u8, out ReadOnlySpan<byte> name) && name.SequenceEqual(_path[0].Span);
        if (!isSamePath)
            throw Disagreement($"file {entry.Index + 1} has a different name or position in \"file tree\"");
    }

    private readonly bool IsPathOf(BencodeNode file)
    {
        file.TryGetList("path"u8, out BencodeNode list);
        int depth = 0;
        foreach (BencodeNode item in list.Items)
        {
            if (depth == _path.Count || !item.TryGetBytes(out ReadOnlySpan<byte> name) || !name.SequenceEqual(_path[depth].Span))
                return false;
            depth++;
        }

        return depth == _path.Count;
    }

    // The next entry of the v1 part that is not a pad file.
    private bool TryNext([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out FileEntry? entry, out BencodeNode file)
    {
        while (_next < _entries.Length)
        {
            entry = _entries[_next++];
            file = _files.MoveNext() ? _files.Current : default;
            if (!entry.IsPadding)
                return true;
        }

        entry = null;
        file = default;
        return false;
    }
}
