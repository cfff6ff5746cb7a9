namespace Pieces.Storage;

/// <summary>Reads blocks of verified pieces for upload. Safe for all threads; calls block.</summary>
internal interface IBlockFileReader
{
    /// <summary>Fills all destinations.</summary>
    /// <exception cref="StorageException">The operating system reported an error, or the bytes on the disk no longer match the piece.</exception>
    void Read(IReadOnlyList<BlockRead> reads);
}
