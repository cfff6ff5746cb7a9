using System.Net;
using System.Net.Sockets;

namespace Pieces.Tests.Interop;

/// <summary>Ports on 127.0.0.1 for programs that must be told theirs.</summary>
internal static class Loopback
{
    // Below the range from which the kernel takes the local ports of outgoing connections, so that none of those takes it meanwhile.
    private const int FirstPort = 20000;
    private const int EndPort = 32000;

    /// <summary>A port that is free for TCP and UDP now.</summary>
    public static int FreePort()
    {
        for (int attempt = 0; attempt < 1000; attempt++)
        {
            int port = Random.Shared.Next(FirstPort, EndPort);
            try
            {
                using var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                using var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
                tcp.Bind(new IPEndPoint(IPAddress.Any, port));
                udp.Bind(new IPEndPoint(IPAddress.Any, port));
                return port;
            }
            catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                continue;
            }
        }

        throw new InvalidOperationException($"no free port between {FirstPort} and {EndPort}");
    }

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
