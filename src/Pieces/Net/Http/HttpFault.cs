using System.Net.Sockets;
using System.Security.Authentication;

namespace Pieces.Net.Http;

/// <summary>Error texts for failed HTTP requests, the same on every system.</summary>
internal static class HttpFault
{
    /// <summary>The connection was closed during the response.</summary>
    public const string BrokeOff = "the connection broke off within the answer";

    /// <summary>The cause of a failure, as text for users.</summary>
    public static string Describe(HttpRequestException exception)
    {
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case HttpFetchException fetch:
                    return fetch.Message;
                case SocketException socket:
                    return SocketText.Of(socket);
                case AuthenticationException:
                    return "the TLS handshake failed: its certificate is not trusted or it speaks no TLS";
            }
        }

        return exception.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => "no such host",
            HttpRequestError.ConnectionError => "no connection",
            HttpRequestError.ConfigurationLimitExceeded => $"answered with more than {HttpFetchOptions.MaxHeaderKibibytes} KiB of headers",
            HttpRequestError.ResponseEnded => BrokeOff,
            HttpRequestError.ProxyTunnelError => "the proxy refused",
            _ => "answered something that is not HTTP",
        };
    }
}
