namespace Pieces.Primitives;

/// <summary>Base of every failure that this library foresees; its message is one clear line for a person.</summary>
public abstract class PiecesException : Exception
{
    private protected PiecesException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
