namespace Pieces.Bencode;

/// <summary>Enumerates the values of a list, for <c>foreach</c>, without allocations.</summary>
internal struct BencodeItems
{
    private readonly BencodeTree? _tree;
    private readonly int _end;
    private int _next;
    private int _current;

    /// <summary>Enumerates the children of a record; empty unless <paramref name="isContainer"/>.</summary>
    public BencodeItems(BencodeTree? tree, int index, bool isContainer)
    {
        _tree = tree;
        _next = index + 1;
        _end = isContainer ? tree![index].Next : 0;
    }

    /// <summary>The current value.</summary>
    public readonly BencodeNode Current => new(_tree!, _current);

    /// <summary>Returns a copy of itself, as <c>foreach</c> requires.</summary>
    public readonly BencodeItems GetEnumerator() => this;

    /// <summary>Moves to the next value; false at the end.</summary>
    public bool MoveNext()
    {
        if (_next >= _end)
            return false;
        _current = _next;
        _next = _tree![_current].Next;
        return true;
    }
}
