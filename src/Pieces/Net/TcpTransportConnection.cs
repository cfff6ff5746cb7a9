using System.Net;
using System.Net.Sockets;

namespace Pieces.Net;

/// <summary>A connected TCP socket.</summary>
internal sealed class TcpTransportConnection : ITransportConnection
{
    private readonly TcpStream _stream;

    /// <summary>Takes over a connected socket.</summary>
    /// <exception cref="SocketException">The socket is no longer connected.</exception>
    public TcpTransportConnection(Socket socket)
    {
        RemoteEndPoint = SocketText.Unmapped(socket.RemoteEndPoint);
        LocalEndPoint = SocketText.Unmapped(socket.LocalEndPoint);
        _stream = new TcpStream(socket);
    }

    /// <inheritdoc/>
    public Stream Stream => _stream;

    /// <inheritdoc/>
    public IPEndPoint RemoteEndPoint { get; }

    /// <inheritdoc/>
    public IPEndPoint LocalEndPoint { get; }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _stream.DisposeAsync();
}
