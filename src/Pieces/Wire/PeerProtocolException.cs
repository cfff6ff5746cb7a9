using Pieces.Primitives;

namespace Pieces.Wire;

/// <summary>A peer broke the protocol; its connection is closed.</summary>
internal sealed class PeerProtocolException : PiecesException
{
    public PeerProtocolException(string message)
        : base(message)
    {
    }
}
