namespace Pieces.Storage;

/// <summary>
/// Bytes of a torrent by their offset in it, wherever they lie. Safe for all threads that stay off each other's pieces; calls block.
/// </summary>
internal interface IPieceBytes
{
    /// <summary>Writes buffers one after the other from <paramref name="offset"/>, within one piece.</summary>
    /// <exception cref="StorageException">The system refused.</exception>
    void Write(long offset, IReadOnlyList<ReadOnlyMemory<byte>> buffers);

    /// <summary>Fills a buffer, within one piece; false when the bytes are not there.</summary>
    /// <exception cref="StorageException">The system refused.</exception>
    bool TryRead(long offset, Memory<byte> buffer);
}
