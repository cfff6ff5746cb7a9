using Pieces.Primitives;

namespace Pieces.Metadata;

/// <summary>A .torrent is invalid, not supported or cannot be created; the message names the key, option or path and the reason.</summary>
public sealed class MetainfoException : PiecesException
{
    /// <summary>Creates an exception.</summary>
    public MetainfoException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
