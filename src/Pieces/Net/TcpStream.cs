using System.Net.Sockets;

namespace Pieces.Net;

/// <summary>The bytes of a TCP socket, which it owns.</summary>
internal sealed class TcpStream : NetworkStream, IScatterReader
{
    /// <summary>Takes over a connected socket.</summary>
    public TcpStream(Socket socket)
        : base(socket, ownsSocket: true)
    {
    }

    /// <inheritdoc/>
    public bool CanScatter => true;

    /// <inheritdoc/>
    public int Available => Socket.Available;

    /// <inheritdoc/>
    public ValueTask<int> ReadAsync(IList<ArraySegment<byte>> buffers) => new(Socket.ReceiveAsync(buffers, SocketFlags.None));
}
