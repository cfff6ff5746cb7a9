namespace Pieces.Storage;

/// <summary>Reads blocks of verified pieces for upload. Safe for all threads; calls block.</summary>
internal interface IBlockFileReader
{
    /// <summary>Fills all destinations.</summary>
    /// <exception cref="StorageException">The system refused, or the bytes are not the piece's any more.</exception>
    void Read(IReadOnlyList<BlockRead> reads);
}
