using System.Net;
using System.Threading.Channels;
using Pieces.Discovery;
using Pieces.Net;

namespace Pieces.Tests.Discovery;

/// <summary>One link that several hosts share: what one sends all others hear, itself too, as on a real one.</summary>
internal sealed class MemoryLink
{
    public static readonly CompactEndPoint Group = CompactEndPoint.From(LocalDiscoveryOptions.StandardGroups[0].EndPoint);

    private readonly Lock _gate = new();
    private readonly List<Port> _ports = [];

    /// <summary>Datagrams that were sent.</summary>
    public List<byte[]> Sent { get; } = [];

    /// <summary>Whether everybody has heard everything.</summary>
    public bool IsQuiet
    {
        get
        {
            lock (_gate)
                return _ports.TrueForAll(port => port.Arrived.Reader.Count == 0);
        }
    }

    /// <summary>A host of this link.</summary>
    public ILocalNetwork Host(string address) => new HostNetwork(this, address);

    /// <summary>A datagram from whomever.</summary>
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
