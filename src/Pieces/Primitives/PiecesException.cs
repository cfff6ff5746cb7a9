namespace Pieces.Primitives;

/// <summary>Base class of all expected failures of this library; the message is one line of text for the user.</summary>
public abstract class PiecesException : Exception
{
    private protected PiecesException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
