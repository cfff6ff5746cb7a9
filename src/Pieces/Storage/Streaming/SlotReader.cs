using Pieces.Metadata;
using Pieces.Primitives;
using Pieces.Storage.Transfer;

namespace Pieces.Storage.Streaming;

/// <summary>Reads blocks of pieces that are still in a <see cref="SlidingFile"/>. Safe for all threads; calls block.</summary>
internal sealed class SlotReader : IBlockFileReader
{
    private readonly PieceLayout _layout;
    private readonly SlidingFile _file;
    private readonly PieceVerifier? _check;

    /// <summary>Reads blocks of one torrent.</summary>
    /// <param name="layout">Piece arithmetic of the torrent.</param>
    /// <param name="file">The file that contains the pieces.</param>
    /// <param name="check">Hashes a piece before each upload; null for no check.</param>
    public SlotReader(PieceLayout layout, SlidingFile file, PieceVerifier? check)
    {
        _layout = layout;
        _file = file;
        _check = check;
    }

    /// <inheritdoc/>
    public void Read(IReadOnlyList<BlockRead> reads)
    {
        int checkedPiece = -1;
        foreach (BlockRead read in reads)
        {
            PieceIndex piece = read.Block.Piece;
            if (!_file.Slots.TryHold(piece))
                throw Gone(piece);
            try
            {
                if (_check is not null && piece.Value != checkedPiece && !_check.IsGoodOnDisk(piece))
                    throw Gone(piece);
                checkedPiece = piece.Value;
                if (!_file.TryRead(_layout.OffsetOf(piece) + read.Block.Begin, read.Destination))
                    throw Gone(piece);
            }
            finally
            {
                _file.Slots.Release(piece);
            }
        }
    }

    private static StorageException Gone(PieceIndex piece) => new(StorageError.File, string.Empty, $"piece {piece} is no longer kept");
}
