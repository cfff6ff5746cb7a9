using Pieces.Primitives;

namespace Pieces.Peers;

/// <summary>
/// The other side did not take our greeting, and said nothing that it could be known by: it may take the other kind of greeting, plain or encrypted,
/// on a new connection.
/// </summary>
internal sealed class GreetingRefusedException : PiecesException
{
    public GreetingRefusedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Whether the greeting was encrypted.</summary>
    public required bool WasEncrypted { get; init; }

    /// <summary>Whether it stayed silent until our time was up; else it closed, or said what is no answer.</summary>
    public required bool IsSilence { get; init; }
}
