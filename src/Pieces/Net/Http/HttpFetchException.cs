using System.Net;
using Pieces.Primitives;

namespace Pieces.Net.Http;

/// <summary>A URL could not be fetched. The message is for people; it says nothing of the URL, which may hold secrets.</summary>
public sealed class HttpFetchException : PiecesException
{
    /// <summary>Creates it.</summary>
    /// <param name="message">What is wrong, as a part of a sentence whose subject is the server.</param>
    /// <param name="innerException">The cause, or null.</param>
    public HttpFetchException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>The status of the response where that is the reason; null when there was none, or something else is wrong.</summary>
    public HttpStatusCode? Status { get; init; }

    /// <summary>Whether the body is longer than the limit.</summary>
    public bool IsTooLong { get; init; }
}
