using Pieces.Primitives;

namespace Pieces.Metadata;

/// <summary>A magnet link or info-hash is invalid or not supported; the message names the reason.</summary>
public sealed class MagnetException : PiecesException
{
    /// <summary>Creates an exception.</summary>
    public MagnetException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
