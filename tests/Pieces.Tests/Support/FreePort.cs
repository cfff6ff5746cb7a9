using System.Net;
using System.Net.Sockets;

namespace Pieces.Tests.Support;

/// <summary>Finds ports for programs that cannot choose their own.</summary>
internal static class FreePort
{
    /// <summary>A port on which nobody listens by TCP at this moment.</summary>
    public static int OfTcp()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>A port on which nobody listens by TCP or UDP at this moment.</summary>
    public static int OfBoth()
    {
        while (true)
        {
            int port = OfTcp();
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // Taken by UDP alone: another one.
            }
        }
    }
}
