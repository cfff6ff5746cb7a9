namespace Pieces.Storage.Transfer;

/// <summary>
/// Reads blocks of content that is shared as it was described: when it cannot be read any more, or is not what it was, nobody can get the whole of it, so
/// the torrent fails and says why. Safe for all threads; calls block.
/// </summary>
internal sealed class FailingReader : IBlockFileReader
{
    private readonly IBlockFileReader _reader;
    private readonly IDiskSink _sink;

    /// <summary>Tells <paramref name="sink"/> of the failures of <paramref name="reader"/>.</summary>
    public FailingReader(IBlockFileReader reader, IDiskSink sink)
    {
        _reader = reader;
        _sink = sink;
    }

    /// <inheritdoc/>
    public void Read(IReadOnlyList<BlockRead> reads)
    {
        try
        {
            _reader.Read(reads);
        }
        catch (StorageException e)
        {
            _sink.OnDisk(new DiskFailed(e));
            throw;
        }
    }
}
