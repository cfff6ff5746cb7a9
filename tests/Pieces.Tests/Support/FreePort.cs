using System.Net;
using System.Net.Sockets;

namespace Pieces.Tests.Support;

/// <summary>Finds ports for programs that must be told theirs.</summary>
internal static class FreePort
{
    // Below the range from which the kernel takes the local ports of outgoing connections, so that none of those takes it meanwhile.
    private const int First = 20000;
    private const int End = 32000;

    // One after another: two tests that ask at the same time are not to get the same.
    private static int _next = Random.Shared.Next(First, End);

    /// <summary>A port that is free for TCP and UDP now, at every address of IPv4.</summary>
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
