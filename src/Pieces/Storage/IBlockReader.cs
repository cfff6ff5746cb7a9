namespace Pieces.Storage;

/// <summary>Gives blocks of verified pieces for upload.</summary>
internal interface IBlockReader
{
    /// <summary>Reads blocks of verified pieces for upload; neighbours in the list that touch in the file cost one system call.</summary>
    /// <exception cref="StorageException">The file cannot be read, or the bytes there are not the piece's any more.</exception>
    ValueTask ReadAsync(IReadOnlyList<BlockRead> reads, CancellationToken cancellationToken);
}
