using Pieces.Primitives;

namespace Pieces.Metadata;

/// <summary>A .torrent that cannot be used; the message says which key is wrong and why.</summary>
public sealed class MetainfoException : PiecesException
{
    /// <summary>Makes one.</summary>
    public MetainfoException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
