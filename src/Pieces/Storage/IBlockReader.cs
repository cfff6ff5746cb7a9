namespace Pieces.Storage;

/// <summary>Reads blocks of verified pieces for upload.</summary>
internal interface IBlockReader
{
    /// <summary>Reads blocks; blocks that are adjacent in the list and in the file are read with one system call.</summary>
    /// <exception cref="StorageException">The file cannot be read, or its bytes no longer match the piece.</exception>
    ValueTask ReadAsync(IReadOnlyList<BlockRead> reads, CancellationToken cancellationToken);
}
