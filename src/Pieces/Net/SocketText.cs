using System.Net;
using System.Net.Sockets;

namespace Pieces.Net;

/// <summary>Words for what went wrong on a socket, the same on every system.</summary>
internal static class SocketText
{
    private const int MaxShownHost = 100;

    // As long as a passkey in hexadecimal digits.
    private const int SecretLabel = 32;

    /// <summary>The reason in a few lower-case words.</summary>
    public static string Of(SocketException exception) => exception.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "connection refused",
        SocketError.ConnectionReset => "connection reset by the other side",
        SocketError.ConnectionAborted or SocketError.OperationAborted => "connection aborted",
        SocketError.TimedOut => "timed out",
        SocketError.HostNotFound or SocketError.NoData => "no such host",
        SocketError.TryAgain => "the name server does not answer",
        SocketError.HostUnreachable => "no route to host",
        SocketError.HostDown => "host is down",
        SocketError.NetworkUnreachable => "network is unreachable",
        SocketError.NetworkDown => "network is down",
        SocketError.AddressAlreadyInUse => "address already in use",
        SocketError.AddressNotAvailable => "address not available on this machine",
        SocketError.AddressFamilyNotSupported => "no address of the host fits the address to send from",
        SocketError.AccessDenied => "permission denied",
        SocketError.TooManyOpenSockets => "too many open files",
        _ when exception.Message.Length > 0 => char.ToLowerInvariant(exception.Message[0]) + exception.Message[1..],
        _ => exception.SocketErrorCode.ToString(),
    };

    /// <summary>Why a name has led to no address.</summary>
    /// <param name="host">The name; a part of it that may be a secret is not repeated.</param>
    /// <param name="exception">What the look-up ended with.</param>
    public static string NoAddress(string host, SocketException exception)
    {
        if (exception.SocketErrorCode is not (SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain))
            return Of(exception);
        bool mayBeSecret = host.Length > MaxShownHost || host.Split('.').Any(label => label.Length >= SecretLabel);
        return $"no address for {(mayBeSecret ? "its host" : host)}: {Of(exception)}";
    }

    /// <summary>An IPv4-mapped IPv6 address as what it is.</summary>
    public static IPEndPoint Unmapped(EndPoint? endPoint) => endPoint switch
    {
        IPEndPoint { Address.IsIPv4MappedToIPv6: true } mapped => new IPEndPoint(mapped.Address.MapToIPv4(), mapped.Port),
        IPEndPoint plain => plain,
        _ => new IPEndPoint(IPAddress.None, 0),
    };
}
