namespace Pieces.Storage.Files;

/// <summary>
/// Takes bytes from the front of a list of buffers, without copying, to split the list at file borders. A cursor is for one list, which the caller
/// passes in each call.
/// </summary>
internal struct BufferCursor
{
    /// <summary>Maximum number of buffers per system call. Linux allows 1024 (IOV_MAX).</summary>
    public const int MaxBuffersPerCall = 512;

    private int _index;
    private int _used;

    /// <summary>
    /// Clears the list and fills it with views of up to <paramref name="wanted"/> bytes, in at most <see cref="MaxBuffersPerCall"/> views.
    /// </summary>
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

    /// <summary>Like <see cref="TakeForReading"/>, for bytes to be written.</summary>
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
