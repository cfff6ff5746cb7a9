using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Pieces.Bencode;

/// <summary>
/// One decoded value and its exact byte range. A value of the wrong kind is not an error: every <c>TryGet</c> returns false and every enumeration is
/// empty, so that untrusted data can be read without exceptions. Views are valid as long as the buffer is unchanged.
/// </summary>
internal readonly struct BencodeNode
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly BencodeTree? _tree;
    private readonly int _index;

    /// <summary>Refers to a record of a tree.</summary>
    public BencodeNode(BencodeTree tree, int index)
    {
        _tree = tree;
        _index = index;
    }

    /// <summary>The kind of value; <see cref="BencodeKind.None"/> for the default node.</summary>
    public BencodeKind Kind => _tree is null ? BencodeKind.None : _tree.Buffer.Span[_tree[_index].Start] switch
    {
        (byte)'i' => BencodeKind.Integer,
        (byte)'l' => BencodeKind.List,
        (byte)'d' => BencodeKind.Dictionary,
        _ => BencodeKind.Bytes,
    };

    /// <summary>Offset of its first byte in the buffer.</summary>
    public int Offset => _tree is null ? 0 : _tree[_index].Start;

    /// <summary>The encoded value as it is in the buffer; an info-hash is computed over these bytes.</summary>
    public ReadOnlyMemory<byte> Raw => _tree is null ? default : _tree.Buffer[_tree[_index].Start.._tree[_index].End];

    /// <summary>Description of the first irregularity in the whole buffer that only <see cref="BencodeUse.Lenient"/> accepts; null if there is
    /// none.</summary>
    public string? Oddity => Oddities is [var first, ..] ? first.Message : null;

    /// <summary>All such irregularities in the whole buffer.</summary>
    public IReadOnlyList<BencodeException> Oddities => _tree?.Oddities ?? [];

    /// <summary>The values of a list in order; empty for any other kind.</summary>
    public BencodeItems Items => new(_tree, _index, Kind == BencodeKind.List);

    /// <summary>The entries of a dictionary in the order of the buffer; empty for any other kind.</summary>
    public BencodeEntries Entries => new(_tree, _index, Kind == BencodeKind.Dictionary);

    /// <summary>Gets the integer; false for another kind or if it does not fit in 64 bits.</summary>
    public bool TryGetInteger(out long value)
    {
        value = 0;
        if (Kind != BencodeKind.Integer)
            return false;
        ReadOnlySpan<byte> number = Raw.Span[1..^1];
        return Utf8Parser.TryParse(number, out value, out int used) && used == number.Length;
    }

    /// <summary>Gets the bytes of a string as a view into the buffer; false for another kind.</summary>
    public bool TryGetBytes(out ReadOnlySpan<byte> value)
    {
        bool isBytes = TryGetMemory(out ReadOnlyMemory<byte> memory);
        value = memory.Span;
        return isBytes;
    }

    /// <summary>Gets the bytes of a string as a view into the buffer that may be stored; false for another kind.</summary>
    public bool TryGetMemory(out ReadOnlyMemory<byte> value)
    {
        value = default;
        if (Kind != BencodeKind.Bytes)
            return false;
        ReadOnlyMemory<byte> raw = Raw;
        value = raw[(raw.Span.IndexOf((byte)':') + 1)..];
        return true;
    }

    /// <summary>Gets the text of a string; false for another kind or invalid UTF-8.</summary>
    public bool TryGetText([NotNullWhen(true)] out string? value)
    {
        value = null;
        if (!TryGetBytes(out ReadOnlySpan<byte> bytes) || !System.Text.Unicode.Utf8.IsValid(bytes))
            return false;
        value = StrictUtf8.GetString(bytes);
        return true;
    }

    /// <summary>Gets the text of a string, with invalid UTF-8 replaced by U+FFFD; false for another kind. For display.</summary>
    public bool TryGetLooseText([NotNullWhen(true)] out string? value)
    {
        value = TryGetBytes(out ReadOnlySpan<byte> bytes) ? Encoding.UTF8.GetString(bytes) : null;
        return value is not null;
    }

    /// <summary>Gets the value of a key in a dictionary, of any kind.</summary>
    public bool TryGet(ReadOnlySpan<byte> key, out BencodeNode value)
    {
        foreach (BencodeEntry entry in Entries)
        {
            if (entry.Key.SequenceEqual(key))
            {
                value = entry.Value;
                return true;
            }
        }

        value = default;
        return false;
    }

    /// <summary>Gets the integer of a key.</summary>
    public bool TryGetInteger(ReadOnlySpan<byte> key, out long value)
    {
        TryGet(key, out BencodeNode node);
        return node.TryGetInteger(out value);
    }

    /// <summary>Gets the string of a key as a view into the buffer.</summary>
    public bool TryGetBytes(ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        TryGet(key, out BencodeNode node);
        return node.TryGetBytes(out value);
    }

    /// <summary>Gets the string of a key as a view into the buffer that may be stored.</summary>
    public bool TryGetMemory(ReadOnlySpan<byte> key, out ReadOnlyMemory<byte> value)
    {
        TryGet(key, out BencodeNode node);
        return node.TryGetMemory(out value);
    }

    /// <summary>Gets the text of a key; false if it is not valid UTF-8.</summary>
    public bool TryGetText(ReadOnlySpan<byte> key, [NotNullWhen(true)] out string? value)
    {
        TryGet(key, out BencodeNode node);
        return node.TryGetText(out value);
    }

    /// <summary>Gets the text of a key, with invalid UTF-8 replaced by U+FFFD. For display.</summary>
    public bool TryGetLooseText(ReadOnlySpan<byte> key, [NotNullWhen(true)] out string? value)
    {
        TryGet(key, out BencodeNode node);
        return node.TryGetLooseText(out value);
    }

    /// <summary>Gets the list of a key.</summary>
    public bool TryGetList(ReadOnlySpan<byte> key, out BencodeNode value) => TryGet(key, out value) && value.Kind == BencodeKind.List;

    /// <summary>Gets the dictionary of a key.</summary>
    public bool TryGetDictionary(ReadOnlySpan<byte> key, out BencodeNode value) => TryGet(key, out value) && value.Kind == BencodeKind.Dictionary;
}
