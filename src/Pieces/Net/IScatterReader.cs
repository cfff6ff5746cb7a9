namespace Pieces.Net;

/// <summary>A stream that can fill several buffers with one system call. One reader at a time, as for the stream itself.</summary>
internal interface IScatterReader
{
    /// <summary>Whether <see cref="ReadAsync"/> may be used now.</summary>
    bool CanScatter { get; }

    /// <summary>Number of bytes that can be read without waiting.</summary>
    int Available { get; }

    /// <summary>Fills the buffers in order with the available bytes; waits for at least one byte. Returns 0 at the end of the stream.</summary>
    /// <param name="buffers">Native memory or pinned arrays, which the garbage collector does not move.</param>
    ValueTask<int> ReadAsync(List<Memory<byte>> buffers);
}
