using System.Net.Sockets;

namespace Pieces.Trackers;

/// <summary>Socket errors in the words of the error texts, the same on every system.</summary>
internal static class SocketErrorText
{
    /// <summary>The error in a few plain words.</summary>
    public static string Of(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => "connection refused",
        SocketError.ConnectionReset => "connection reset",
        SocketError.TimedOut => "connection timed out",
        SocketError.HostNotFound or SocketError.NoData => "no such host",
        SocketError.TryAgain => "the name server does not answer",
        SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.NetworkDown => "no route to the host",
        SocketError.AddressNotAvailable => "the address to send from is not on this machine",
        SocketError.AddressFamilyNotSupported => "no address of the host fits the address to send from",
        SocketError.AccessDenied => "the system forbids it",
        _ => $"network error {error}",
    };
}
