using System.Net;
using System.Net.Sockets;

namespace Pieces.Tests.Interop;

/// <summary>Looks at who listens on this machine.</summary>
internal static class Loopback
{
    /// <summary>Whether something accepts connections there.</summary>
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
