using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using Pieces.Net;

namespace Pieces.Tests.Support;

/// <summary>UDP without sockets. Each datagram arrives at once or is lost. Only IPv4 is supported.</summary>
internal sealed class InMemoryDatagrams
{
    private readonly ConcurrentDictionary<CompactEndPoint, Port> _ports = new();
    private readonly ConcurrentDictionary<string, int> _sent = new();

    /// <summary>Returns the function that opens ports of one host. It returns null for IPv6.</summary>
    public Func<bool, int, IDatagramSocket?> Host(string address) => (isV6, port) =>
        isV6 ? null : new Port(this, CompactEndPoint.From(IPAddress.Parse(address), port));

    /// <summary>Opens a port of a host that does not belong to a client.</summary>
    public IDatagramSocket Open(string address, int port) => Host(address)(false, port)!;

    /// <summary>Number of datagrams that a host has sent so far.</summary>
    public int SentBy(string address) => _sent.GetValueOrDefault(address);

    /// <summary>Whether a host has opened a port.</summary>
    public bool HasPort(string address) => _ports.Keys.Any(port => port.WithoutPort == CompactEndPoint.From(IPAddress.Parse(address), 0));

    private sealed class Port : IDatagramSocket
    {
        private readonly InMemoryDatagrams _network;
        private readonly CompactEndPoint _own;
        private readonly Channel<(byte[] Bytes, CompactEndPoint From)> _waiting = Channel.CreateBounded<(byte[] Bytes, CompactEndPoint From)>(1000);

        public Port(InMemoryDatagrams network, CompactEndPoint own)
        {
            _network = network;
            _own = own;
            if (!network._ports.TryAdd(own, this))
                throw new IOException("address already in use");
        }

        public bool IsV6 => false;

        int IDatagramSocket.Port => _own.Port;

        public async ValueTask<(int Length, CompactEndPoint From)> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            (byte[] bytes, CompactEndPoint from) = await _waiting.Reader.ReadAsync(cancellationToken);
            bytes.CopyTo(buffer);
            return (bytes.Length, from);
        }

        public bool TrySend(ReadOnlySpan<byte> datagram, CompactEndPoint to)
        {
            _network._sent.AddOrUpdate(_own.ToEndPoint().Address.ToString(), 1, static (_, count) => count + 1);
            if (_network._ports.TryGetValue(to, out Port? there))
                there._waiting.Writer.TryWrite((datagram.ToArray(), _own));
            return true;
        }

        public CompactEndPoint? AddressTowards(CompactEndPoint to) => _own.WithoutPort;

        public void Dispose() => _network._ports.TryRemove(_own, out _);
    }
}
