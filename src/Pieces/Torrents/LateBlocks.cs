using Pieces.Storage;

namespace Pieces.Torrents;

/// <summary>
/// Where connections read blocks from, which may come to be only after they have: while a torrent is not known it is asked for nothing, since
/// everybody is choked. Set before anybody is unchoked.
/// </summary>
internal sealed class LateBlocks : IBlockSource
{
    /// <summary>The source itself; null while there is none.</summary>
    public IBlockSource? Target { get; set; }

    /// <inheritdoc/>
    public ValueTask ReadAsync(IReadOnlyList<BlockRead> reads, CancellationToken cancellationToken) =>
        Target?.ReadAsync(reads, cancellationToken) ?? throw new InvalidOperationException("nobody may ask for a block yet");
}
