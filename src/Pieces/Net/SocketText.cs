using System.Net;
using System.Net.Sockets;

namespace Pieces.Net;

/// <summary>Error texts for socket failures, the same on every system.</summary>
internal static class SocketText
{
    private const int MaxShownHost = 100;

    // Length of a passkey in hexadecimal digits: a label of this length may be a secret.
    private const int SecretLabel = 32;

    /// <summary>The reason in a few lower-case words.</summary>
    public static string Of(SocketException exception) => exception.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "connection refused",
        SocketError.ConnectionReset => "connection reset by the remote host",
        SocketError.ConnectionAborted or SocketError.OperationAborted => "connection aborted",
        SocketError.TimedOut => "timed out",
        SocketError.HostNotFound or SocketError.NoData => "no such host",
        SocketError.TryAgain => "the name server does not respond",
        SocketError.HostUnreachable => "no route to host",
        SocketError.HostDown => "host is down",
        SocketError.NetworkUnreachable => "network is unreachable",
        SocketError.NetworkDown => "network is down",
        SocketError.AddressAlreadyInUse => "address already in use",
        SocketError.AddressNotAvailable => "address not available on this machine",
        SocketError.AddressFamilyNotSupported => "the host has no address of the same family as the local address",
        SocketError.AccessDenied => "permission denied",
        SocketError.TooManyOpenSockets => "too many open files",
        _ when exception.Message.Length > 0 => char.ToLowerInvariant(exception.Message[0]) + exception.Message[1..],
        _ => exception.SocketErrorCode.ToString(),
    };

    /// <summary>Error text for a name that could not be resolved.</summary>
    /// <param name="host">The name; it is not repeated if it may contain a secret.</param>
    /// <param name="exception">The error of the lookup.</param>
    public static string NoAddress(string host, SocketException exception)
    {
        if (exception.SocketErrorCode is not (SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain))
            return Of(exception);
        bool mayBeSecret = host.Length > MaxShownHost || host.Split('.').Any(label => label.Length >= SecretLabel);
        return $"no address for {(mayBeSecret ? "its host" : host)}: {Of(exception)}";
    }

    /// <summary>Converts an IPv4-mapped IPv6 address to IPv4.</summary>
    public static IPEndPoint Unmapped(EndPoint? endPoint) => endPoint switch
    {
        IPEndPoint { Address.IsIPv4MappedToIPv6: true } mapped => new IPEndPoint(mapped.Address.MapToIPv4(), mapped.Port),
        IPEndPoint plain => plain,
        _ => new IPEndPoint(IPAddress.None, 0),
    };
}
