namespace Pieces.Storage.Transfer;

/// <summary>
/// Reads blocks of content that is seeded from where it was hashed (<see cref="LocalContent"/>). When it cannot be read any more, or has changed, no
/// peer can complete the torrent from us, so the torrent fails and reports the reason. Safe for all threads; calls block.
/// </summary>
internal sealed class FailingReader : IBlockFileReader
{
    private readonly IBlockFileReader _reader;
    private readonly IDiskSink _sink;

    /// <summary>Reports the failures of <paramref name="reader"/> to <paramref name="sink"/>.</summary>
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
