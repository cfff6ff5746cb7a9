using Pieces.Net;

namespace Pieces.Peers;

/// <summary>Result of a periodic check of a connection.</summary>
internal enum PeerWatchVerdict
{
    /// <summary>Nothing to do.</summary>
    Fine,

    /// <summary>We have sent nothing for long: a keep-alive is due.</summary>
    KeepAliveDue,

    /// <summary>The peer has sent nothing for too long.</summary>
    Silent,

    /// <summary>The peer accepts no bytes.</summary>
    Stuck,

    /// <summary>The peer has started a message and not completed it.</summary>
    Unfinished,
}

/// <summary>
/// Checks a connection's byte counts on a slow timer, so that the clock need not be read for each message. Time in which we did not read
/// (back-pressure, a rate limit) does not count as silence of the peer. Used by one timer, one call at a time.
/// </summary>
internal sealed class PeerWatch
{
    /// <summary>Time between checks: timeouts are late by at most this time.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>Maximum time without a byte from the peer; then the connection is closed. Keep-alives count (BEP 3: every two minutes).</summary>
    public static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(180);

    /// <summary>A keep-alive is sent if we have sent nothing for this time.</summary>
    public static readonly TimeSpan KeepAliveAfter = TimeSpan.FromSeconds(100);

    /// <summary>Maximum time in which the peer accepts no byte of a write; then the connection is closed.</summary>
    public static readonly TimeSpan StuckLimit = TimeSpan.FromSeconds(60);

    /// <summary>Time limit for one message from its first byte to its last: a block needs at least about 180 bytes per second.</summary>
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

    /// <summary>Starts watching.</summary>
    public PeerWatch(TimeProvider timeProvider, ThrottledStream stream, UnfinishedMessage unfinished)
    {
        _unfinished = unfinished;
        _timeProvider = timeProvider;
        _stream = stream;
        _heardAt = _sentAt = _wroteFreelyAt = timeProvider.GetTimestamp();
    }

    /// <summary>
    /// Time to the next check. All connections are checked at the same moments, so that a thousand silent ones wake the processor only once.
    /// </summary>
    public static TimeSpan UntilNextLook(TimeProvider timeProvider)
    {
        long interval = Interval.Ticks * timeProvider.TimestampFrequency / TimeSpan.TicksPerSecond;
        return timeProvider.GetElapsedTime(0, interval - (timeProvider.GetTimestamp() % interval));
    }

    /// <summary>Checks the stream now.</summary>
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

    // Under a rate limit, only intervals in which we were reading count.
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
