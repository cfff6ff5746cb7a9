using Pieces.Primitives;

namespace Pieces.Torrents.MetadataExchange;

/// <summary>A peer that offers metadata: its pending requests, its answer times and its failures. Pure; owned by the torrent's loop.</summary>
internal sealed class MetadataOffer
{
    /// <summary>Maximum number of pending metadata requests per peer.</summary>
    public const int MaxWindow = 16;

    /// <summary>Maximum time to wait for the answer to a metadata request before the part is requested from other peers, in seconds.</summary>
    public const double LongestWaitSeconds = 10;

    private const int FirstWindow = 2;
    private const double FirstWaitSeconds = 3;
    private const double ShortestWaitSeconds = 1;

    // Maximum number of timeouts in a row. After that, nothing is requested from the peer for a while.
    private const int MaxTimeouts = 3;
    private const double SilencePauseSeconds = 15;
    private const double RejectPauseSeconds = 2;

    // Maximum pause after timeouts or rejects, in seconds. A pause doubles each time until the peer sends a part.
    private const double LongestPauseSeconds = 120;

    // Maximum number of remembered timed-out requests. Late answers to these are still accepted.
    private const int MaxExpired = 64;

    private readonly List<(int Part, long SentAt)> _out = [];
    private readonly Queue<int> _expired = new();
    private readonly long _frequency;
    private double _latency;
    private double _deviation;
    private int _timeouts;
    private int _pauses;
    private long _pausedUntil = long.MinValue;

    public MetadataOffer(SenderId peer, int size, TimeProvider time)
    {
        Peer = peer;
        Size = size;
        _frequency = time.TimestampFrequency;
    }

    /// <summary>Identifies the peer.</summary>
    public SenderId Peer { get; }

    /// <summary>Size of the metadata in bytes, as claimed by the peer.</summary>
    public int Size { get; }

    /// <summary>Maximum number of requests that may be pending now.</summary>
    public int Window { get; private set; } = FirstWindow;

    /// <summary>Time to wait for an answer, in seconds. It is derived from previous answer times, and grows with every timeout.</summary>
    public double WaitSeconds
    {
        get
        {
            double usual = _latency == 0 ? FirstWaitSeconds : Math.Max(ShortestWaitSeconds, (2 * _latency) + (4 * _deviation));
            return Math.Min(LongestWaitSeconds, usual * (1 << Math.Min(_timeouts, 4)));
        }
    }

    /// <summary>Whether one more part may be requested from the peer now.</summary>
    public bool HasRoom(long now) => _out.Count < Window && now >= _pausedUntil;

    /// <summary>Whether the peer is paused, so that nothing is requested from it now.</summary>
    public bool IsPaused(long now) => now < _pausedUntil;

    /// <summary>Whether a request for the part is pending.</summary>
    public bool IsAsked(int part)
    {
        foreach ((int asked, _) in _out)
        {
            if (asked == part)
                return true;
        }

        return false;
    }

    /// <summary>Counts each part for which a request is pending.</summary>
    public void CountAsked(Dictionary<int, int> counts)
    {
        foreach ((int part, _) in _out)
            counts[part] = counts.GetValueOrDefault(part) + 1;
    }

    /// <summary>A request has been sent.</summary>
    public void Ask(int part, long now) => _out.Add((part, now));

    /// <summary>A part has been received. Returns false if it was never requested.</summary>
    public bool OnData(int part, long now)
    {
        int index = _out.FindIndex(request => request.Part == part);
        if (index < 0)
            return _expired.Contains(part);
        double seconds = (double)(now - _out[index].SentAt) / _frequency;
        _deviation = _latency == 0 ? seconds / 2 : (0.75 * _deviation) + (0.25 * Math.Abs(seconds - _latency));
        _latency = _latency == 0 ? Math.Max(seconds, 0.001) : (0.875 * _latency) + (0.125 * seconds);
        _out.RemoveAt(index);
        _timeouts = _pauses = 0;
        Window = Math.Min(MaxWindow, Window + 1);
        return true;
    }

    /// <summary>The peer has rejected a request. Returns false if there was none. The peer is paused, longer each time.</summary>
    public bool OnReject(int part, long now)
    {
        int index = _out.FindIndex(request => request.Part == part);
        if (index < 0)
            return _expired.Contains(part);
        _out.RemoveAt(index);
        Window = Math.Max(1, Window / 2);
        Pause(RejectPauseSeconds, now);
        return true;
    }

    /// <summary>Takes back the requests that have timed out.</summary>
    /// <returns>Whether there were any.</returns>
    public bool Expire(long now)
    {
        long oldest = now - (long)(WaitSeconds * _frequency);
        int count = _out.RemoveAll(request =>
        {
            if (request.SentAt > oldest)
                return false;
            if (_expired.Count == MaxExpired)
                _expired.Dequeue();
            _expired.Enqueue(request.Part);
            return true;
        });
        if (count == 0)
            return false;
        Window = 1;
        if (++_timeouts >= MaxTimeouts)
        {
            _timeouts = 0;
            Pause(SilencePauseSeconds, now);
        }

        return true;
    }

    private void Pause(double seconds, long now)
    {
        double pause = Math.Min(LongestPauseSeconds, seconds * (1 << Math.Min(_pauses++, 6)));
        _pausedUntil = Math.Max(_pausedUntil, now + (long)(pause * _frequency));
    }
}
