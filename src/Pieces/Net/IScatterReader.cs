namespace Pieces.Net;

/// <summary>A stream that can fill several buffers with one call of the system. One reader at a time, as for the stream itself.</summary>
internal interface IScatterReader
{
    /// <summary>Whether <see cref="ReadAsync"/> may be used now.</summary>
    bool CanScatter { get; }

    /// <summary>Bytes that can be read without waiting.</summary>
    int Available { get; }

    /// <summary>Fills the buffers one after another, as far as there is something to read; waits for at least one byte. 0 at the end of the stream.</summary>
    /// <param name="buffers">Native memory or pinned arrays: memory that does not move.</param>
    ValueTask<int> ReadAsync(List<Memory<byte>> buffers);
}
