using Pieces.Net;

namespace Pieces.Peers;

/// <summary>What the passing of time asks of a connection.</summary>
internal enum PeerWatchVerdict
{
    /// <summary>All is well.</summary>
    Fine,

    /// <summary>We have been silent for long.</summary>
    KeepAliveDue,

    /// <summary>The peer has been silent for too long.</summary>
    Silent,

    /// <summary>The peer takes nothing of what we send.</summary>
    Stuck,

    /// <summary>The peer has begun a message and does not end it.</summary>
    Unfinished,
}

/// <summary>
/// Watches a connection's byte counts from a slow timer, so that no clock is read for each message. Time in which we did not read (back-pressure, a rate
/// limit) is no silence of the peer. Used by one timer, one call at a time.
/// </summary>
internal sealed class PeerWatch
{
    /// <summary>How often to look: time-outs are late by this much at most.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>A peer that sends no byte for this long is closed; keep-alives count (BEP 3 speaks of two minutes).</summary>
    public static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(180);

    /// <summary>Our own silence after which a keep-alive goes out.</summary>
    public static readonly TimeSpan KeepAliveAfter = TimeSpan.FromSeconds(100);

    /// <summary>A peer that takes no byte for this long is closed.</summary>
    public static readonly TimeSpan StuckLimit = TimeSpan.FromSeconds(60);

    /// <summary>Time for one message, from its first byte to its last: 180 bytes a second are enough for a block.</summary>
    public static readonly TimeSpan MessageLimit = TimeSpan.FromSeconds(90);

    private readonly TimeProvider _timeProvider;
    private readonly ThrottledStream _stream;
    private readonly UnfinishedMessage _unfinished;
    private long _read;
    private long _written;
    private long _heardAt;
    private long _sentAt;
    private long _wroteFreelyAt;
    private TimeSpan _waitedForMessage;
    private int _completed;

    /// <summary>Starts to watch.</summary>
    public PeerWatch(TimeProvider timeProvider, ThrottledStream stream, UnfinishedMessage unfinished)
    {
        _unfinished = unfinished;
        _timeProvider = timeProvider;
        _stream = stream;
        _heardAt = _sentAt = _wroteFreelyAt = timeProvider.GetTimestamp();
    }

    /// <summary>Time to the next look: the same moments for all connections, so that a thousand silent ones wake the processor once and not each for itself.</summary>
    public static TimeSpan UntilNextLook(TimeProvider timeProvider)
    {
        long interval = Interval.Ticks * timeProvider.TimestampFrequency / TimeSpan.TicksPerSecond;
        return timeProvider.GetElapsedTime(0, interval - (timeProvider.GetTimestamp() % interval));
    }

    /// <summary>Looks at the stream now.</summary>
    public PeerWatchVerdict Look()
    {
        long now = _timeProvider.GetTimestamp();
        long read = _stream.BytesRead, written = _stream.BytesWritten;
        if (read != _read || !_stream.IsReading)
            _heardAt = now;
        if (written != _written)
            _sentAt = now;
        if (written != _written || !_stream.IsWriting)
            _wroteFreelyAt = now;
        (_read, _written) = (read, written);
        if (IsMessageOverdue())
            return PeerWatchVerdict.Unfinished;

        if (_timeProvider.GetElapsedTime(_heardAt, now) >= SilenceLimit)
            return PeerWatchVerdict.Silent;
        if (_timeProvider.GetElapsedTime(_wroteFreelyAt, now) >= StuckLimit)
            return PeerWatchVerdict.Stuck;
        if (_timeProvider.GetElapsedTime(_sentAt, now) < KeepAliveAfter)
            return PeerWatchVerdict.Fine;
        _sentAt = now;
        return PeerWatchVerdict.KeepAliveDue;
    }

    // Under a limit, looks in which we did not read do not count.
    private bool IsMessageOverdue()
    {
        int completed = _unfinished.Completed;
        if (!_unfinished.IsWaiting || completed != _completed)
            _waitedForMessage = TimeSpan.Zero;
        else if (_stream.IsReading || !_stream.IsReadLimited)
            _waitedForMessage += Interval;
        _completed = completed;
        return _waitedForMessage >= MessageLimit;
    }
}
