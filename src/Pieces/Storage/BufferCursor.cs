namespace Pieces.Storage;

/// <summary>Takes bytes off the front of a list of buffers, without copying, to cut the list where files meet.</summary>
internal struct BufferCursor
{
    // A call of the system takes 1024 buffers at the most (IOV_MAX).
    private const int MaxBuffersPerCall = 512;

    private readonly IReadOnlyList<Memory<byte>> _buffers;
    private int _index;
    private int _used;

    /// <summary>Begins at the first byte of the first buffer.</summary>
    public BufferCursor(IReadOnlyList<Memory<byte>> buffers) => _buffers = buffers;

    /// <summary>Puts views of up to <paramref name="wanted"/> bytes into the emptied list; fewer when they are very many.</summary>
    /// <returns>Number of bytes taken.</returns>
    public int TakeForReading(int wanted, List<Memory<byte>> views)
    {
        views.Clear();
        int taken = 0;
        while (taken < wanted && views.Count < MaxBuffersPerCall)
        {
            Memory<byte> next = Next(wanted - taken);
            views.Add(next);
            taken += next.Length;
        }

        return taken;
    }

    /// <summary>As <see cref="TakeForReading"/>, for bytes that are to be written.</summary>
    public int TakeForWriting(int wanted, List<ReadOnlyMemory<byte>> views)
    {
        views.Clear();
        int taken = 0;
        while (taken < wanted && views.Count < MaxBuffersPerCall)
        {
            Memory<byte> next = Next(wanted - taken);
            views.Add(next);
            taken += next.Length;
        }

        return taken;
    }

    private Memory<byte> Next(int atMost)
    {
        Memory<byte> buffer = _buffers[_index];
        int take = Math.Min(atMost, buffer.Length - _used);
        Memory<byte> view = buffer.Slice(_used, take);
        _used += take;
        if (_used == buffer.Length)
        {
            _index++;
            _used = 0;
        }

        return view;
    }
}
