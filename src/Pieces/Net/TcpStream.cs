using System.Net.Sockets;
using Pieces.Platform;

namespace Pieces.Net;

/// <summary>The stream of a TCP socket, which it owns.</summary>
internal sealed class TcpStream : NetworkStream, IScatterReader
{
    /// <summary>Takes over a connected socket.</summary>
    public TcpStream(Socket socket)
        : base(socket, ownsSocket: true)
    {
    }

    /// <inheritdoc/>
    public bool CanScatter => ScatterCall.IsSupported;

    /// <inheritdoc/>
    public int Available => Socket.Available;

    /// <inheritdoc/>
    public ValueTask<int> ReadAsync(List<Memory<byte>> buffers)
    {
        int count = ScatterCall.TryRead(Socket.SafeHandle, buffers);
        return count >= 0 ? new ValueTask<int>(count) : Socket.ReceiveAsync(buffers[0], SocketFlags.None);
    }
}
