using Pieces.Primitives;

namespace Pieces.Peers;

/// <summary>The peer is this client itself: the address is our own and must not be dialled again.</summary>
internal sealed class SelfConnectionException : PiecesException
{
    public SelfConnectionException()
        : base("the address leads back to this client")
    {
    }
}
