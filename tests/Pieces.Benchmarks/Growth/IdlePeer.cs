using System.Net;
using System.Net.Sockets;

namespace Pieces.Benchmarks.Growth;

/// <summary>A peer that dials, says what it has and is silent from then on, but for keep-alives.</summary>
internal sealed class IdlePeer : IAsyncDisposable
{
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(60);

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stopping = new();
    private Task _life = Task.CompletedTask;

    private IdlePeer()
    {
    }

    /// <summary>Whether the other side still keeps the connection.</summary>
    public bool IsConnected => !_life.IsCompleted;

    /// <summary>Connects from an address of its own; ends when the handshake is answered and our pieces are told.</summary>
    /// <param name="torrent">What it is about.</param>
    /// <param name="port">The client's.</param>
    /// <param name="number">Makes the address and the id.</param>
    /// <param name="hasPieces">Whether it has half of the pieces; else none.</param>
    public static async Task<IdlePeer> ConnectAsync(ZeroTorrent torrent, int port, int number, bool hasPieces)
    {
        var peer = new IdlePeer();
        peer._socket.Bind(new IPEndPoint(IPAddress.Parse($"127.0.{1 + (number / 250)}.{1 + (number % 250)}"), 0));
        await peer._socket.ConnectAsync(IPAddress.Loopback, port);
        await peer._socket.SendAsync(RawHandshake.Make(torrent.InfoHash, number, isFast: true));
        if (!await RawHandshake.ReadAsync(peer._socket, new byte[RawHandshake.Length], CancellationToken.None))
            throw new InvalidOperationException($"peer {number} was refused");
        await peer._socket.SendAsync(hasPieces ? RawHandshake.Bitfield(torrent.PieceCount, 2) : RawHandshake.Message(RawHandshake.HaveNone));
        peer._life = Task.WhenAny(peer.DrainAsync(), peer.KeepAliveAsync());
        return peer;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _socket.Dispose();
        await _life;
        _stopping.Dispose();
    }

    private async Task DrainAsync()
    {
        var buffer = new byte[4096];
        try
        {
            while (await _socket.ReceiveAsync(buffer, _stopping.Token) > 0)
                continue;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Closed by either side.
        }
    }

    private async Task KeepAliveAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(KeepAlive, _stopping.Token);
                await _socket.SendAsync(new byte[4], _stopping.Token);
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Closed by either side.
        }
    }
}
