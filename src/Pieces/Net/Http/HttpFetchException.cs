using System.Net;
using Pieces.Primitives;

namespace Pieces.Net.Http;

/// <summary>A URL could not be fetched. The message is for users; it does not contain the URL, which may hold secrets.</summary>
internal sealed class HttpFetchException : PiecesException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">The reason, as a part of a sentence whose subject is the server.</param>
    /// <param name="innerException">The cause, or null.</param>
    public HttpFetchException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>The status of the response if that is the reason; null if there was no response or the reason is another one.</summary>
    public HttpStatusCode? Status { get; init; }

    /// <summary>Whether the body was longer than the limit.</summary>
    public bool IsTooLong { get; init; }
}
