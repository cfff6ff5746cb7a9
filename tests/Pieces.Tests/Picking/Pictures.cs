using Pieces.Metadata;
using Pieces.Peers;
using Pieces.Picking;
using Pieces.Primitives;

namespace Pieces.Tests.Picking;

/// <summary>Piece tables and bitfields as text, with one character per piece.</summary>
internal static class Pictures
{
    /// <summary>Parses a bitfield: '#' is a set bit, any other character a clear one.</summary>
    public static Bitfield Bits(string picture)
    {
        var bits = new Bitfield(picture.Length);
        for (int i = 0; i < picture.Length; i++)
        {
            if (picture[i] == '#')
                bits.Set(i);
        }

        return bits;
    }

    public static PeerPieces Source(string picture)
    {
        var pieces = new PeerPieces(picture.Length);
        pieces.Replace(Bits(picture));
        return pieces;
    }

    /// <summary>Parses a piece table. <paramref name="copies"/> has one digit per piece.</summary>
    public static PieceTable Table(string have, string copies = "", string? wanted = null, int pieceLength = 16384)
    {
        var layout = new PieceLayout((long)have.Length * pieceLength, pieceLength);
        var table = new PieceTable(layout, wanted is null ? Bitfield.Full(have.Length) : Bits(wanted), Bits(have));
        for (int i = 0; i < copies.Length; i++)
        {
            for (int copy = '0'; copy < copies[i]; copy++)
                table.AddCopy(layout.Piece(i));
        }

        return table;
    }
}
