namespace Pieces.Bencode;

/// <summary>A key of a dictionary with its value.</summary>
internal readonly ref struct BencodeEntry
{
    /// <summary>Joins the two.</summary>
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

/// <summary>Walks over the entries of a dictionary, for <c>foreach</c>, without allocating.</summary>
internal struct BencodeEntries
{
    private BencodeItems _items;
    private BencodeNode _key;

    /// <summary>Walks over the children of a record; over nothing unless <paramref name="isDictionary"/>.</summary>
    public BencodeEntries(BencodeTree? tree, int index, bool isDictionary) => _items = new BencodeItems(tree, index, isDictionary);

    /// <summary>The entry the walk stands at.</summary>
    public readonly BencodeEntry Current
    {
        get
        {
            _key.TryGetBytes(out ReadOnlySpan<byte> key);
            return new BencodeEntry(key, _items.Current);
        }
    }

    /// <summary>Itself.</summary>
    public readonly BencodeEntries GetEnumerator() => this;

    /// <summary>Goes to the next entry; false at the end.</summary>
    public bool MoveNext()
    {
        if (!_items.MoveNext())
            return false;
        _key = _items.Current;
        return _items.MoveNext();
    }
}
