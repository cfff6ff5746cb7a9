using Pieces.Primitives;

namespace Pieces.Metadata;

/// <summary>A magnet link or info-hash that cannot be used; the message says what is wrong with it.</summary>
public sealed class MagnetException : PiecesException
{
    /// <summary>Makes one.</summary>
    public MagnetException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
