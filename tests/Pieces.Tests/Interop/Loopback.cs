using System.Net;
using System.Net.Sockets;

namespace Pieces.Tests.Interop;

/// <summary>Checks whether programs of this machine listen.</summary>
internal static class Loopback
{
    /// <summary>Whether a program accepts connections at the end point.</summary>
    public static async Task<bool> AcceptsAsync(IPEndPoint endPoint, CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(endPoint, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
