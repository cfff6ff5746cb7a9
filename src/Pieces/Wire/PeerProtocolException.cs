using Pieces.Primitives;

namespace Pieces.Wire;

/// <summary>A peer violated the protocol; its connection is closed.</summary>
internal sealed class PeerProtocolException : PiecesException
{
    public PeerProtocolException(string message)
        : base(message)
    {
    }
}
