namespace Pieces.Tests.Swarm.Simulation;

/// <summary>
/// What a host sends, all connections together: those that have something take turns, a block at a time. What fits a packet goes between the packets
/// of the block that is on the line, as a system with fair queues does it, unless there is more of it than the line carries.
/// </summary>
internal sealed class SimulatedUplink : ISimulatedEvent
{
    /// <summary>Most bytes of one turn: a block with its header.</summary>
    public const int Quantum = (16 * 1024) + 13;

    /// <summary>Bytes that go between others.</summary>
    public const int Packet = 1448;

    // So far the line may be taken in advance by what goes between others.
    private static readonly long MaxAdvance = SimulatedTime.TicksOf(0.05);

    private readonly SimulatedTime _time;
    private readonly double _ticksPerByte;
    private readonly int _header;
    private readonly Queue<SimulatedPipe> _waiting = new();
    private double _freeAt;
    private bool _isBusy;

    /// <summary>Makes it.</summary>
    /// <param name="time">Clock.</param>
    /// <param name="bytesPerSecond">Its rate; 0 for none.</param>
    /// <param name="header">Bytes that each packet takes beside its payload.</param>
    public SimulatedUplink(SimulatedTime time, double bytesPerSecond, int header)
    {
        _time = time;
        _ticksPerByte = bytesPerSecond == 0 ? 0 : TimeSpan.TicksPerSecond / bytesPerSecond;
        _header = header;
    }

    /// <summary>A connection has something to send, or its window has opened.</summary>
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
                // From when it was free, not from now: parts of a tick would add up.
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

/// <summary>What a host receives, all connections together, in the order in which it comes.</summary>
internal sealed class SimulatedDownlink
{
    // What takes less is not worth an event of its own; it still takes its time from what comes after it.
    private const double Negligible = TimeSpan.TicksPerMillisecond / 20.0;

    private readonly SimulatedTime _time;
    private readonly double _ticksPerByte;
    private double _freeAt;

    /// <summary>Makes it with a rate in bytes a second; 0 for none.</summary>
    public SimulatedDownlink(SimulatedTime time, double bytesPerSecond)
    {
        _time = time;
        _ticksPerByte = bytesPerSecond == 0 ? 0 : TimeSpan.TicksPerSecond / bytesPerSecond;
    }

    /// <summary>Bytes have come as far as the line: gives when they are through.</summary>
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
