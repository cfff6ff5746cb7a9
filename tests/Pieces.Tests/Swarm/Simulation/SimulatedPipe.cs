namespace Pieces.Tests.Swarm.Simulation;

/// <summary>
/// One direction of a connection. Bytes stay in one ring from the write to the read. It contains, in this order, the bytes that can be read, those in
/// transit, and those that wait for the sender's uplink. An event only moves the borders between these parts. Bytes are copied when they are written
/// and when they are read.
/// </summary>
internal sealed class SimulatedPipe : ISimulatedEvent
{
    private readonly SimulatedHost _sender;
    private readonly SimulatedHost _receiver;
    private readonly SimulatedLinks _links;
    private readonly long _latency;
    private readonly PendingTransfer<Memory<byte>> _reader = new();
    private readonly PendingTransfer<ReadOnlyMemory<byte>> _writer = new();
    private ByteRing _ring;
    private int _readable;
    private int _underWay;
    private long _departedAt;
    private long _arrivedAt;
    private bool _isEnding;
    private bool _isEnded;
    private bool _isReaderGone;
    private bool _isBroken;

    /// <summary>Creates a pipe.</summary>
    /// <param name="sender">The host that writes.</param>
    /// <param name="receiver">The host that reads.</param>
    /// <param name="links">Properties of all connections.</param>
    /// <param name="latency">Delay in one direction, in ticks.</param>
    public SimulatedPipe(SimulatedHost sender, SimulatedHost receiver, SimulatedLinks links, long latency)
    {
        _sender = sender;
        _receiver = receiver;
        _links = links;
        _latency = latency;
    }

    private enum Step
    {
        Arrive,
        Readable,
        End,
        Broken,
    }

    /// <summary>Whether the pipe is in the queue of the sender's uplink. Only the uplink uses this property.</summary>
    public bool IsQueued { get; set; }

    /// <summary>Number of bytes that wait for the uplink.</summary>
    public int Unsent { get; private set; }

    /// <summary>Number of waiting bytes for which the receiver's window has room.</summary>
    public int Sendable => Math.Min(Unsent, _links.Window - _underWay - _readable);

    /// <summary>Number of bytes that can be read.</summary>
    public int Readable => _readable;

    private SimulatedTime Time => _sender.Time;

    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isReaderGone, this);
        if (_readable > 0)
            return new ValueTask<int>(Take(buffer.Span));
        return _isEnded ? new ValueTask<int>(0) : new ValueTask<int>(_reader, _reader.Begin(buffer, cancellationToken));
    }

    /// <summary>Reads the available bytes and returns their number.</summary>
    public int Take(Span<byte> destination)
    {
        int count = Math.Min(destination.Length, _readable);
        _ring.Read(destination[..count]);
        _readable -= count;

        // The window is open again. In reality the sender would learn this half a round trip later, which is not simulated.
        if (count > 0 && Unsent > 0)
            _sender.Uplink.Offer(this);
        return count;
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (_isBroken || _isEnding)
            throw new IOException("connection reset by the remote host");
        bytes = bytes[Put(bytes.Span)..];
        return bytes.IsEmpty ? ValueTask.CompletedTask : new ValueTask(_writer, _writer.Begin(bytes, cancellationToken));
    }

    /// <summary>The uplink sends the first of the waiting bytes. The last of them leaves the uplink at the given time.</summary>
    public void Depart(int count, long time)
    {
        _departedAt = Math.Max(time, _departedAt);
        Unsent -= count;
        _underWay += count;
        _sender.Sent += count;
        Plan(_departedAt + _latency, Step.Arrive, count);
        if (_writer.IsWaiting)
            Refill();
        if (_isEnding && Unsent == 0)
            Plan(_departedAt + _latency, Step.End);
    }

    /// <summary>Closes the writer: the bytes already written still arrive, and then the end of the stream.</summary>
    public void CloseWriter()
    {
        if (_isEnding)
            return;
        _isEnding = true;
        _writer.Fail(new ObjectDisposedException(nameof(SimulatedPipe)));
        _writer.Close();
        if (Unsent == 0)
            Plan(Math.Max(Time.Now, _departedAt) + _latency, Step.End);
    }

    /// <summary>Closes the reader: no more data is accepted, and the writer is notified.</summary>
    public void CloseReader()
    {
        if (_isReaderGone)
            return;
        _isReaderGone = true;
        _reader.Fail(new ObjectDisposedException(nameof(SimulatedPipe)));
        _reader.Close();
        _ring.Skip(_readable);
        _readable = 0;
        Plan(Time.Now + _latency, Step.Broken);
    }

    /// <summary>Handles an event of this pipe.</summary>
    public void Happen(long argument)
    {
        int count = (int)(argument >> 2);
        switch ((Step)(argument & 3))
        {
            case Step.Arrive:
                Arrive(count);
                break;
            case Step.Readable:
                MakeReadable(count);
                break;
            case Step.End when Time.Now < _arrivedAt:
                Plan(_arrivedAt, Step.End);
                break;
            case Step.End:
                _isEnded = true;
                if (_reader.IsWaiting)
                    _reader.Succeed(0);
                break;
            case Step.Broken:
                Break();
                break;
        }
    }

    private void Arrive(int count)
    {
        _arrivedAt = Math.Max(_receiver.Downlink.Receive(count), _arrivedAt);
        if (_arrivedAt <= Time.Now)
            MakeReadable(count);
        else
            Plan(_arrivedAt, Step.Readable, count);
    }

    private void MakeReadable(int count)
    {
        _underWay -= count;
        if (_isReaderGone)
        {
            _ring.Skip(count);
            if (Unsent > 0)
                _sender.Uplink.Offer(this);
            return;
        }

        _readable += count;
        if (_reader.IsWaiting)
            _reader.Succeed(Take(_reader.Memory.Span));
    }

    private void Break()
    {
        _isBroken = true;
        _ring.DropLast(Unsent);
        Unsent = 0;
        _writer.Fail(new IOException("connection reset by the remote host"));
    }

    private int Put(ReadOnlySpan<byte> bytes)
    {
        int taken = 0;
        while (taken < bytes.Length)
        {
            int count = Math.Min(bytes.Length - taken, _links.SendBuffer - Unsent);
            if (count <= 0)
                break;
            _ring.Write(bytes.Slice(taken, count));
            Unsent += count;
            taken += count;
            _sender.Uplink.Offer(this);
        }

        return taken;
    }

    private void Refill()
    {
        ReadOnlyMemory<byte> left = _writer.Memory;
        left = left[Put(left.Span)..];
        if (left.IsEmpty)
            _writer.Succeed(0);
        else
            _writer.Memory = left;
    }

    private void Plan(long time, Step step, int count = 0) => Time.At(time, this, ((long)count << 2) | (long)step);
}
