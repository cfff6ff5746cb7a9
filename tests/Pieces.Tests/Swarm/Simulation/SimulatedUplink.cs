namespace Pieces.Tests.Swarm.Simulation;

/// <summary>
/// The uplink of a host. Connections with waiting bytes take turns, one block at a time. Bytes that fit into one packet are sent between the packets
/// of the current block, as a system with fair queueing does, unless there are more of them than the line can carry.
/// </summary>
internal sealed class SimulatedUplink : ISimulatedEvent
{
    /// <summary>Maximum number of bytes per turn: a block with its header.</summary>
    public const int Quantum = (16 * 1024) + 13;

    /// <summary>Maximum number of bytes that are sent between the packets of a block.</summary>
    public const int Packet = 1448;

    // Maximum time for which small packets may occupy the line in advance.
    private static readonly long MaxAdvance = SimulatedTime.TicksOf(0.05);

    private readonly SimulatedTime _time;
    private readonly double _ticksPerByte;
    private readonly int _header;
    private readonly Queue<SimulatedPipe> _waiting = new();
    private double _freeAt;
    private bool _isBusy;

    /// <summary>Creates an uplink.</summary>
    /// <param name="time">Clock.</param>
    /// <param name="bytesPerSecond">Rate of the line; 0 for no limit.</param>
    /// <param name="header">Length of a packet header in bytes, which is sent in addition to the payload.</param>
    public SimulatedUplink(SimulatedTime time, double bytesPerSecond, int header)
    {
        _time = time;
        _ticksPerByte = bytesPerSecond == 0 ? 0 : TimeSpan.TicksPerSecond / bytesPerSecond;
        _header = header;
    }

    /// <summary>A connection has bytes to send, or its window has opened.</summary>
    public void Offer(SimulatedPipe pipe)
    {
        if (pipe.IsQueued || pipe.Sendable <= 0)
            return;
        pipe.IsQueued = true;
        if (_ticksPerByte == 0)
        {
            while (pipe.Sendable > 0)
                pipe.Depart(Math.Min(pipe.Sendable, Quantum), _time.Now);
            pipe.IsQueued = false;
        }
        else if (pipe.Unsent <= Packet && pipe.Sendable == pipe.Unsent && _freeAt - _time.Now < MaxAdvance)
        {
            int count = pipe.Unsent;
            double cost = CostOf(count);
            _freeAt = Math.Max(_freeAt, _time.Now) + cost;
            pipe.Depart(count, _time.Now + (long)cost);
            pipe.IsQueued = false;
        }
        else
        {
            _waiting.Enqueue(pipe);
            if (!_isBusy)
                Serve();
        }
    }

    /// <summary>The line is free.</summary>
    public void Happen(long argument) => Serve();

    private void Serve()
    {
        _isBusy = true;
        if (_freeAt > _time.Now)
        {
            _time.At((long)Math.Ceiling(_freeAt), this);
            return;
        }

        while (_waiting.TryDequeue(out SimulatedPipe? pipe))
        {
            int count = Math.Min(pipe.Sendable, Quantum);
            if (count > 0)
            {
                // The time counts from the moment when the line became free, not from now, because otherwise fractions of ticks would add up.
                _freeAt = Math.Max(_freeAt, _time.Now - 1) + CostOf(count);
                pipe.Depart(count, (long)Math.Ceiling(_freeAt));
            }

            if (pipe.Sendable > 0)
                _waiting.Enqueue(pipe);
            else
                pipe.IsQueued = false;
            if (count > 0)
            {
                _time.At((long)Math.Ceiling(_freeAt), this);
                return;
            }
        }

        _isBusy = false;
    }

    private double CostOf(int count) => (count + (_header * ((count + Packet - 1) / Packet))) * _ticksPerByte;
}

/// <summary>The downlink of a host. The bytes of all connections pass it in the order in which they arrive.</summary>
internal sealed class SimulatedDownlink
{
    // Bytes that take less time than this get no event of their own. They still delay the bytes that follow.
    private const double Negligible = TimeSpan.TicksPerMillisecond / 20.0;

    private readonly SimulatedTime _time;
    private readonly double _ticksPerByte;
    private double _freeAt;

    /// <summary>Creates a downlink with a rate in bytes per second; 0 for no limit.</summary>
    public SimulatedDownlink(SimulatedTime time, double bytesPerSecond)
    {
        _time = time;
        _ticksPerByte = bytesPerSecond == 0 ? 0 : TimeSpan.TicksPerSecond / bytesPerSecond;
    }

    /// <summary>Bytes have arrived at the line. Returns the time at which the host has received them.</summary>
    public long Receive(int count)
    {
        if (_ticksPerByte == 0)
            return _time.Now;
        double cost = count * _ticksPerByte;
        _freeAt = Math.Max(_freeAt, _time.Now) + cost;
        if (count <= SimulatedUplink.Packet)
            return _time.Now + (long)(cost < Negligible ? 0 : cost);
        return (long)Math.Ceiling(_freeAt);
    }
}
