using Pieces.Picking;
using Pieces.Primitives;
using Pieces.Storage;

namespace Pieces.Torrents.Downloading;

/// <summary>
/// Sends blocks and pieces to the disk, at most one job for a piece at a time. Blocks of a large piece go out as they come, since memory has no
/// room for it; those of others too while the download is slow, so that a sudden end costs no more than what came in the last moments.
/// </summary>
internal sealed class PieceHandover
{
    private readonly PieceWork _work;
    private readonly IPieceStore _store;
    private bool _isSlow = true;

    public PieceHandover(PieceWork work, IPieceStore store)
    {
        _work = work;
        _store = store;
    }

    /// <summary>Whether the download is so slow that blocks of every piece are written as they come, if another run can go on from them.</summary>
    public bool IsSlow
    {
        set => _isSlow = value;
    }

    /// <summary>Whether another run can go on from what is written.</summary>
    public bool CanResume => _store.CanResume;

    /// <summary>Jobs of the disk that have not reported.</summary>
    public int Jobs { get; private set; }

    /// <summary>A block was put into its slot, or the piece was opened complete. True when the piece went to be verified.</summary>
    public bool Advance(PieceAssembly assembly)
    {
        if (assembly.IsWriting)
            return false;
        if (assembly.Blocks.IsComplete)
        {
            Verify(assembly);
            return true;
        }

        if ((_isSlow && CanResume) || assembly.IsLarge || assembly.IsClosing)
            Write(assembly);
        return false;
    }

    /// <summary>Blocks are on the disk. True when their memory has come free.</summary>
    public bool OnWritten(BlocksWritten written)
    {
        if (!_work.Pieces.TryGet(written.Piece, out PieceAssembly? assembly))
            throw new InvalidOperationException($"blocks of piece {written.Piece} were written while it is not open");
        Jobs--;
        assembly.IsWriting = false;
        bool release = assembly.IsLarge || assembly.IsClosing;
        foreach (CandidateBlock block in written.Blocks)
            assembly.Blocks.MarkWritten(block.Ordinal, release);
        if (!Advance(assembly) && assembly.IsClosing && !assembly.IsWriting)
            Close(assembly);
        return release;
    }

    /// <summary>Gives an open piece up; what is in memory goes to the disk first. True when it is closed at once.</summary>
    public bool BeginClose(PieceAssembly assembly)
    {
        if (assembly.Blocks.IsComplete || assembly.IsClosing)
            return false;
        assembly.IsClosing = true;
        if (!assembly.IsWriting)
            Write(assembly);
        if (!assembly.IsWriting)
            Close(assembly);
        return !assembly.IsClosing;
    }

    /// <summary>A piece is verified and written.</summary>
    public void OnStored(PieceAssembly assembly)
    {
        Jobs--;
        assembly.IsWriting = false;
        _work.Pieces.Finish(assembly);
    }

    /// <summary>A piece's hash was wrong: it begins anew.</summary>
    public void OnRejected(PieceAssembly assembly, long now)
    {
        Jobs--;
        assembly.IsWriting = false;
        if (assembly.Blocks.Written > 0)
            _store.ForgetCandidates(assembly.Piece);
        _work.Pieces.Reopen(assembly, now);
    }

    private void Write(PieceAssembly assembly)
    {
        if (assembly.Blocks.Received == assembly.Blocks.Written)
            return;
        assembly.IsWriting = true;
        Jobs++;
        _store.WriteBlocks(assembly.Piece, assembly.Blocks.Unwritten());
    }

    private void Verify(PieceAssembly assembly)
    {
        assembly.IsClosing = false;
        assembly.IsWriting = true;
        Jobs++;
        _work.Pieces.BeginVerifying(assembly);
        BlockBuffer?[] buffers = assembly.Blocks.TakeBuffers(out bool[] written);
        _store.StorePiece(assembly.Piece, buffers, written);
    }

    private void Close(PieceAssembly assembly)
    {
        int written = assembly.Blocks.Written;
        if (!_work.Pieces.Close(assembly) && written > 0)
            _store.ForgetCandidates(assembly.Piece);
    }
}
