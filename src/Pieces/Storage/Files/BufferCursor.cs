namespace Pieces.Storage.Files;

/// <summary>Takes bytes off the front of a list of buffers, without copying, to cut the list where files meet. It is for one list, handed in each time.</summary>
internal struct BufferCursor
{
    /// <summary>Buffers of one call. The system takes 1024 at the most (IOV_MAX).</summary>
    public const int MaxBuffersPerCall = 512;

    private int _index;
    private int _used;

    /// <summary>Puts views of up to <paramref name="wanted"/> bytes into the emptied list; fewer when they are very many.</summary>
    /// <returns>Number of bytes taken.</returns>
    public int TakeForReading(IReadOnlyList<Memory<byte>> buffers, int wanted, List<Memory<byte>> views)
    {
        views.Clear();
        int taken = 0;
        while (taken < wanted && views.Count < MaxBuffersPerCall)
        {
            (int index, Range range) = Next(buffers[_index].Length, wanted - taken);
            views.Add(buffers[index][range]);
            taken += views[^1].Length;
        }

        return taken;
    }

    /// <summary>As <see cref="TakeForReading"/>, for bytes that are to be written.</summary>
    public int TakeForWriting(IReadOnlyList<ReadOnlyMemory<byte>> buffers, int wanted, List<ReadOnlyMemory<byte>> views)
    {
        views.Clear();
        int taken = 0;
        while (taken < wanted && views.Count < MaxBuffersPerCall)
        {
            (int index, Range range) = Next(buffers[_index].Length, wanted - taken);
            views.Add(buffers[index][range]);
            taken += views[^1].Length;
        }

        return taken;
    }

    private (int Index, Range Range) Next(int length, int atMost)
    {
        (int index, int begin) = (_index, _used);
        _used = Math.Min(length, begin + atMost);
        Range range = begin.._used;
        if (_used == length)
            (_index, _used) = (_index + 1, 0);
        return (index, range);
    }
}
