using System.Net;
using System.Threading.Channels;
using Pieces.Discovery;
using Pieces.Net;

namespace Pieces.Tests.Discovery;

/// <summary>A network link that several hosts share. All hosts, including the sender, receive each datagram, as on a real link.</summary>
internal sealed class MemoryLink
{
    public static readonly CompactEndPoint Group = CompactEndPoint.From(LocalDiscoveryOptions.StandardGroups[0].EndPoint);

    private readonly Lock _gate = new();
    private readonly List<Port> _ports = [];

    /// <summary>The datagrams sent so far.</summary>
    public List<byte[]> Sent { get; } = [];

    /// <summary>Whether all hosts have received all datagrams.</summary>
    public bool IsQuiet
    {
        get
        {
            lock (_gate)
                return _ports.TrueForAll(port => port.Arrived.Reader.Count == 0);
        }
    }

    /// <summary>Returns the host with an address on this link.</summary>
    public ILocalNetwork Host(string address) => new HostNetwork(this, address);

    /// <summary>Sends a datagram with any source address.</summary>
    public void Send(byte[] datagram, string from)
    {
        var sender = CompactEndPoint.From(new IPEndPoint(IPAddress.Parse(from), 6771));
        lock (_gate)
        {
            Sent.Add(datagram);
            _ports.ForEach(port => port.Arrived.Writer.TryWrite((datagram, sender)));
        }
    }

    private sealed class HostNetwork(MemoryLink link, string address) : ILocalNetwork
    {
        public string Describe() => address;

        public IReadOnlyList<LocalSocket> Open(Action<string> onFault)
        {
            var port = new Port(link, address);
            lock (link._gate)
                link._ports.Add(port);
            return [new LocalSocket(port, Group, HearsGroupAlone: false)];
        }
    }

    private sealed class Port(MemoryLink link, string address) : IDatagramSocket
    {
        public Channel<(byte[] Datagram, CompactEndPoint From)> Arrived { get; } = Channel.CreateUnbounded<(byte[], CompactEndPoint)>();

        public bool IsV6 => false;

        int IDatagramSocket.Port => 6771;

        public async ValueTask<(int Length, CompactEndPoint From)> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            (byte[] datagram, CompactEndPoint from) = await Arrived.Reader.ReadAsync(cancellationToken);
            int length = Math.Min(datagram.Length, buffer.Length);
            datagram.AsMemory(0, length).CopyTo(buffer);
            return (length, from);
        }

        public bool TrySend(ReadOnlySpan<byte> datagram, CompactEndPoint to)
        {
            link.Send(datagram.ToArray(), address);
            return true;
        }

        public CompactEndPoint? AddressTowards(CompactEndPoint to) => null;

        public void Dispose()
        {
            lock (link._gate)
                link._ports.Remove(this);
        }
    }
}
