using System.Net;
using System.Net.Sockets;

namespace Pieces.Tests.Support;

/// <summary>Finds free ports for programs that need a port number as an argument.</summary>
internal static class FreePort
{
    // The ports are below the range from which the kernel chooses local ports of outgoing connections. So no connection occupies a port before the
    // program uses it.
    private const int First = 20000;
    private const int End = 32000;

    // Ports are assigned in ascending order, so that two concurrent tests get different ports.
    private static int _next = Random.Shared.Next(First, End);

    /// <summary>Returns a port that is free now for TCP and UDP on all IPv4 addresses.</summary>
    public static int Find()
    {
        for (int attempt = 0; attempt < End - First; attempt++)
        {
            int port = First + (int)((uint)Interlocked.Increment(ref _next) % (End - First));
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

        throw new InvalidOperationException($"no free port between {First} and {End}");
    }
}
