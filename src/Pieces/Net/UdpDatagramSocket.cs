using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Pieces.Net;

/// <summary>A UDP socket of one address family.</summary>
internal sealed class UdpDatagramSocket : IDatagramSocket
{
    private readonly Socket _socket;
    private readonly CompactEndPoint? _address;
    private readonly SocketAddress _from;
    private readonly SocketAddress _to;
    private readonly Lock _sending = new();

    /// <summary>Takes ownership of a bound socket.</summary>
    public UdpDatagramSocket(Socket socket)
    {
        _socket = socket;
        IsV6 = socket.AddressFamily == AddressFamily.InterNetworkV6;
        var local = (IPEndPoint)socket.LocalEndPoint!;
        Port = local.Port;
        bool isAny = local.Address.Equals(IPAddress.Any) || local.Address.Equals(IPAddress.IPv6Any);
        _address = isAny ? null : CompactEndPoint.From(local).WithoutPort;
        _from = new SocketAddress(socket.AddressFamily);
        _to = new SocketAddress(socket.AddressFamily);
    }

    /// <inheritdoc/>
    public bool IsV6 { get; }

    /// <inheritdoc/>
    public int Port { get; }

    /// <inheritdoc/>
    // The state of the method is pooled. Otherwise each datagram of a flood that is not received at once would cost an allocation.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<(int Length, CompactEndPoint From)> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            int length = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, _from, cancellationToken).ConfigureAwait(false);
            return (length, CompactEndPoint.From(_from));
        }
        catch (SocketException e)
        {
            throw new IOException(SocketText.Of(e), e);
        }
    }

    /// <inheritdoc/>
    public bool TrySend(ReadOnlySpan<byte> datagram, CompactEndPoint to)
    {
        lock (_sending)
        {
            to.WriteTo(_to);
            try
            {
                return _socket.SendTo(datagram, SocketFlags.None, _to) == datagram.Length;
            }
            catch (SocketException)
            {
                // UDP is unreliable: treat it as a datagram lost on the way.
                return false;
            }
            catch (ObjectDisposedException)
            {
                return false;
            }
        }
    }

    /// <inheritdoc/>
    public CompactEndPoint? AddressTowards(CompactEndPoint to)
    {
        if (_address is not null)
            return _address;
        return NetworkProbe.AddressTowards(to.ToEndPoint().Address) is { } own ? CompactEndPoint.From(own, 0) : null;
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}
