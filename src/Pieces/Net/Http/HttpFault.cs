using System.Net.Sockets;
using System.Security.Authentication;

namespace Pieces.Net.Http;

/// <summary>Error texts for failed HTTP requests, the same on every system.</summary>
internal static class HttpFault
{
    /// <summary>The connection was closed during the response.</summary>
    public const string BrokeOff = "the connection was closed before the end of the response";

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
                    return "the TLS handshake failed: the certificate is not trusted, or the server does not support TLS";
            }
        }

        return exception.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => "no such host",
            HttpRequestError.ConnectionError => "no connection",
            HttpRequestError.ConfigurationLimitExceeded => $"responded with more than {HttpFetchOptions.MaxHeaderKibibytes} KiB of headers",
            HttpRequestError.ResponseEnded => BrokeOff,
            HttpRequestError.ProxyTunnelError => "the proxy refused",
            _ => "sent a response that is not HTTP",
        };
    }
}
