using Pieces.Primitives;

namespace Pieces.Peers;

/// <summary>
/// The peer did not accept our handshake and gave no reason. It may accept the other kind of handshake, plain or encrypted, on a new connection.
/// </summary>
internal sealed class HandshakeModeException : PiecesException
{
    public HandshakeModeException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Whether the handshake was encrypted.</summary>
    public required bool WasEncrypted { get; init; }

    /// <summary>Whether the peer sent nothing until the timeout. If false, it closed the connection or sent something invalid.</summary>
    public required bool IsSilence { get; init; }
}
