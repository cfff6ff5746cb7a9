namespace Pieces.Bencode;

/// <summary>A key of a dictionary and its value.</summary>
internal readonly ref struct BencodeEntry
{
    public BencodeEntry(ReadOnlySpan<byte> key, BencodeNode value)
    {
        Key = key;
        Value = value;
    }

    /// <summary>The bytes of the key: a view into the buffer.</summary>
    public ReadOnlySpan<byte> Key { get; }

    /// <summary>The value.</summary>
    public BencodeNode Value { get; }
}

/// <summary>Enumerates the entries of a dictionary, for <c>foreach</c>, without allocations.</summary>
internal struct BencodeEntries
{
    private BencodeItems _items;
    private BencodeNode _key;

    /// <summary>Enumerates the children of a record; empty unless <paramref name="isDictionary"/>.</summary>
    public BencodeEntries(BencodeTree? tree, int index, bool isDictionary) => _items = new BencodeItems(tree, index, isDictionary);

    /// <summary>The current entry.</summary>
    public readonly BencodeEntry Current
    {
        get
        {
            _key.TryGetBytes(out ReadOnlySpan<byte> key);
            return new BencodeEntry(key, _items.Current);
        }
    }

    /// <summary>Returns a copy of itself, as <c>foreach</c> requires.</summary>
    public readonly BencodeEntries GetEnumerator() => this;

    /// <summary>Moves to the next entry; false at the end.</summary>
    public bool MoveNext()
    {
        if (!_items.MoveNext())
            return false;
        _key = _items.Current;
        return _items.MoveNext();
    }
}
