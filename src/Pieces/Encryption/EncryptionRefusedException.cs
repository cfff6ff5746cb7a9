using Pieces.Primitives;

namespace Pieces.Encryption;

/// <summary>The other side did not answer an encrypted greeting as one who understands it: it may still understand a plain one.</summary>
internal sealed class EncryptionRefusedException : PiecesException
{
    public EncryptionRefusedException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
