using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Pieces.Net;

/// <summary>A UDP socket of one family.</summary>
internal sealed class UdpDatagramSocket : IDatagramSocket
{
    private readonly Socket _socket;
    private readonly CompactEndPoint? _address;
    private readonly SocketAddress _from;
    private readonly SocketAddress _to;
    private readonly Lock _sending = new();

    /// <summary>Owns a socket that is bound.</summary>
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

    /// <summary>Opens one.</summary>
    /// <param name="address">What it is bound to; the unspecified address of a family for all of that.</param>
    /// <param name="port">The port; 0 lets the system choose.</param>
    /// <exception cref="IOException">The port is taken, or the system has no such family or address.</exception>
    public static UdpDatagramSocket Open(IPAddress address, int port) => Open(new LocalBinding(address), port);

    /// <summary>Opens one that is tied to an interface.</summary>
    /// <exception cref="IOException">The port is taken, or the interface or its address is gone.</exception>
    public static UdpDatagramSocket Open(LocalBinding binding, int port)
    {
        Socket? socket = null;
        try
        {
            AddressFamily family = binding.Address.AddressFamily;
            socket = new Socket(family, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
            if (family == AddressFamily.InterNetworkV6)
                socket.DualMode = false;
            binding.Bind(socket, port);
            return new UdpDatagramSocket(socket);
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            throw new IOException(SocketText.Of(e), e);
        }
    }

    /// <inheritdoc/>
    // Pooled, since a flood would otherwise cost an object for each datagram that had to be waited for.
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
                // Of datagrams any may be lost on the way; this one was lost at its start.
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
        try
        {
            // Asks the system for the way; nothing is sent.
            using var probe = new Socket(to.IsV6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            probe.Connect(to.ToEndPoint());
            return CompactEndPoint.From((IPEndPoint)probe.LocalEndPoint!).WithoutPort;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}
