using Pieces.Metadata;
using Pieces.Peers;
using Pieces.Picking;
using Pieces.Primitives;
using Pieces.Providers;

namespace Pieces.Torrents.Downloading;

/// <summary>A request together with the peer that it was sent to.</summary>
internal readonly record struct PeerRequest(PeerState Peer, BlockRequest Block);

/// <summary>What the classes that do the work of one <see cref="PieceManager"/> share; owned by the torrent's loop like them.</summary>
internal sealed class PieceWork
{
    public PieceWork(PieceTable table, OpenPieces pieces)
    {
        Table = table;
        Pieces = pieces;
    }

    public PieceTable Table { get; }

    public OpenPieces Pieces { get; }

    public BlameLedger Blame { get; } = new();

    public List<PeerState> Peers { get; } = [];

    public PieceLayout Layout => Table.Layout;

    /// <summary>A request is out no more: its block is free again unless another peer is asked or it came.</summary>
    /// <param name="request">The request as it was taken from <see cref="PendingRequests"/>.</param>
    /// <param name="mayStillCome">The peer may answer all the same.</param>
    public void Free(PendingRequest request, bool mayStillCome)
    {
        if (request.IsLate || !Pieces.TryGet(request.Block.Piece, out PieceAssembly? assembly))
            return;
        if (assembly.Blocks.Unask(request.Block.Ordinal, mayStillCome) && Table.StatusOf(assembly.Piece) == PieceStatus.Open)
            Pieces.OnFreed(assembly);
    }

    /// <summary>A peer is no more the only one for the pieces that it began alone.</summary>
    public void Disown(PeerState peer)
    {
        foreach (PieceAssembly assembly in Pieces.Open)
        {
            if (assembly.Owner == peer.Id)
                assembly.Owner = SourceId.None;
        }
    }
}
