using System.Net;
using System.Threading.Channels;
using Pieces.Net;

namespace Pieces.Tests.Swarm.Simulation;

/// <summary>A machine on the simulated network, with one line for all of its connections.</summary>
internal sealed class SimulatedHost : ITransport
{
    private const int FirstEphemeralPort = 40_000;
    private const int EphemeralPorts = 20_000;

    private readonly SimulatedNetwork _network;
    private int _connections;

    public SimulatedHost(SimulatedNetwork network, int number, IPAddress address, double up, double down)
    {
        _network = network;
        Number = number;
        Address = address;
        Uplink = new SimulatedUplink(network.Time, up, network.Links.Header);
        Downlink = new SimulatedDownlink(network.Time, down);
    }

    /// <summary>Number of the host, from 1.</summary>
    public int Number { get; }

    public IPAddress Address { get; }

    public SimulatedTime Time => _network.Time;

    public SimulatedUplink Uplink { get; }

    public SimulatedDownlink Downlink { get; }

    /// <summary>Number of bytes sent so far, without packet headers.</summary>
    public long Sent { get; set; }

    public async ValueTask<ITransportConnection> ConnectAsync(IPEndPoint remote, CancellationToken cancellationToken)
    {
        var dial = new Dial(this, remote);
        using CancellationTokenRegistration cancelling = cancellationToken.UnsafeRegister(
            static (self, token) => ((Dial)self!).Connected.TrySetCanceled(token), dial);
        Time.At(Time.Now + _network.RoundTrip(Number, NumberOf(remote.Address)), dial);
        return await dial.Connected.Task.ConfigureAwait(false);
    }

    // A host has one address, so the address to bind is ignored.
    public ITransportListener Listen(IPAddress? address, int firstPort, int lastPort) => _network.Listen(this, firstPort);

    private static int NumberOf(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[4];
        address.TryWriteBytes(bytes, out _);
        return (bytes[1] << 16) | (bytes[2] << 8) | bytes[3];
    }

    private SimulatedConnection Connect(SimulatedListener listener, IPEndPoint remote)
    {
        SimulatedHost other = listener.Host;
        long latency = _network.RoundTrip(Number, other.Number) / 2;
        var there = new SimulatedPipe(this, other, _network.Links, latency);
        var back = new SimulatedPipe(other, this, _network.Links, latency);
        var local = new IPEndPoint(Address, FirstEphemeralPort + (_connections++ % EphemeralPorts));
        listener.Offer(new SimulatedConnection(new SimulatedStream(there, back), remote, local));
        return new SimulatedConnection(new SimulatedStream(back, there), local, remote);
    }

    /// <summary>A connection attempt. It ends after one round trip: the connection is open, or it was refused.</summary>
    private sealed class Dial(SimulatedHost from, IPEndPoint remote) : ISimulatedEvent
    {
        public TaskCompletionSource<ITransportConnection> Connected { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Happen(long argument)
        {
            if (Connected.Task.IsCompleted)
                return;
            if (from._network.Find(remote) is { } listener)
                Connected.SetResult(from.Connect(listener, remote));
            else
                Connected.SetException(new IOException($"cannot connect to {remote}: connection refused"));
        }
    }
}

/// <summary>Accepts connections in the order in which they arrive.</summary>
internal sealed class SimulatedListener(SimulatedHost host, int port, Action remove) : ITransportListener
{
    private readonly Channel<SimulatedConnection> _waiting = Channel.CreateUnbounded<SimulatedConnection>();

    public SimulatedHost Host => host;

    public int Port => port;

    public async ValueTask<ITransportConnection> AcceptAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _waiting.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException e)
        {
            throw new ObjectDisposedException("the listener was closed", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        remove();
        _waiting.Writer.TryComplete();
        while (_waiting.Reader.TryRead(out SimulatedConnection? waiting))
            await waiting.DisposeAsync().ConfigureAwait(false);
    }

    internal void Offer(SimulatedConnection connection) => _waiting.Writer.TryWrite(connection);
}
