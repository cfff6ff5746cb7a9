using Pieces.Primitives;

namespace Pieces.Peers;

/// <summary>The other side is this very client: the address leads back here and is not to be dialled again.</summary>
internal sealed class SelfConnectionException : PiecesException
{
    public SelfConnectionException()
        : base("the address leads back to this client")
    {
    }
}
