using System.Net;
using System.Net.Sockets;

namespace Pieces.Benchmarks.Growth;

/// <summary>Asks a client by handshake whether it serves a torrent: it answers none that it has not opened and checked.</summary>
internal static class ListenProbe
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    /// <summary>Ends when the client answers for the torrent.</summary>
    public static async Task AnswersAsync(PiecesRun run, int port, ZeroTorrent torrent)
    {
        while (!await TryAsync(port, torrent))
        {
            if (run.HasExited)
                await run.WhileAlive(Task.Delay(Timeout.Infinite));
            await Task.Delay(Pause);
        }
    }

    private static async Task<bool> TryAsync(int port, ZeroTorrent torrent)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port);
            await socket.SendAsync(RawHandshake.Make(torrent.InfoHash, int.MaxValue, isFast: false));
            return await RawHandshake.ReadAsync(socket, new byte[RawHandshake.Length], CancellationToken.None);
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
