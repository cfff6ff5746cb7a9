namespace Pieces.Storage;

/// <summary>
/// The stored bytes of a torrent, addressed by their offset in the torrent. Safe for all threads, as long as two threads do not use the same piece.
/// Calls block.
/// </summary>
internal interface IPieceBytes
{
    /// <summary>Writes the buffers one after the other from <paramref name="offset"/>, within one piece.</summary>
    /// <exception cref="StorageException">The operating system reported an error.</exception>
    void Write(long offset, IReadOnlyList<ReadOnlyMemory<byte>> buffers);

    /// <summary>Fills a buffer, within one piece; false when the bytes are not stored.</summary>
    /// <exception cref="StorageException">The operating system reported an error.</exception>
    bool TryRead(long offset, Memory<byte> buffer);
}
