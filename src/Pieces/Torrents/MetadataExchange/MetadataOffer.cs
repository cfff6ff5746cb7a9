using Pieces.Primitives;

namespace Pieces.Torrents.MetadataExchange;

/// <summary>
/// A peer that offers metadata: what it was asked for, and how fast and how willingly it answers. Pure; owned by the torrent's loop.
/// </summary>
internal sealed class MetadataOffer
{
    /// <summary>Requests that may be out at one peer at the most.</summary>
    public const int MaxWindow = 16;

    /// <summary>Longest that an answer is waited for before a part is asked of others, in seconds.</summary>
    public const double LongestWaitSeconds = 10;

    private const int FirstWindow = 2;
    private const double FirstWaitSeconds = 3;
    private const double ShortestWaitSeconds = 1;

    // So many requests in a row without an answer, and the peer is let be for a while.
    private const int MaxTimeouts = 3;
    private const double SilencePauseSeconds = 15;
    private const double RejectPauseSeconds = 2;
    private const double LongestPauseSeconds = 120;

    // Late answers to so many requests are still welcome.
    private const int MaxExpired = 64;

    private readonly List<(int Part, long SentAt)> _out = [];
    private readonly Queue<int> _expired = new();
    private readonly long _frequency;
    private double _latency;
    private double _deviation;
    private int _timeouts;
    private int _pauses;
    private long _pausedUntil = long.MinValue;

    /// <summary>Makes it for a peer of which nothing is known.</summary>
    public MetadataOffer(SourceId peer, int size, TimeProvider time)
    {
        Peer = peer;
        Size = size;
        _frequency = time.TimestampFrequency;
    }

    /// <summary>Who it is.</summary>
    public SourceId Peer { get; }

    /// <summary>Bytes of the metadata as it claims.</summary>
    public int Size { get; }

    /// <summary>Requests that may be out.</summary>
    public int Window { get; private set; } = FirstWindow;

    /// <summary>How long an answer is waited for, in seconds: by what its answers took so far, longer after each that did not come.</summary>
    public double WaitSeconds
    {
        get
        {
            double usual = _latency == 0 ? FirstWaitSeconds : Math.Max(ShortestWaitSeconds, (2 * _latency) + (4 * _deviation));
            return Math.Min(LongestWaitSeconds, usual * (1 << Math.Min(_timeouts, 4)));
        }
    }

    /// <summary>Whether it may be asked for one part more.</summary>
    public bool HasRoom(long now) => _out.Count < Window && now >= _pausedUntil;

    /// <summary>Whether it is let be for a while.</summary>
    public bool IsPaused(long now) => now < _pausedUntil;

    /// <summary>Whether it is being asked for a part.</summary>
    public bool IsAsked(int part)
    {
        foreach ((int asked, _) in _out)
        {
            if (asked == part)
                return true;
        }

        return false;
    }

    /// <summary>Counts each part that it is being asked for.</summary>
    public void CountAsked(Dictionary<int, int> counts)
    {
        foreach ((int part, _) in _out)
            counts[part] = counts.GetValueOrDefault(part) + 1;
    }

    /// <summary>A request goes out.</summary>
    public void Ask(int part, long now) => _out.Add((part, now));

    /// <summary>A part has come; false when it was never asked for.</summary>
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

    /// <summary>A request is refused; false when there was none. The peer is let be, longer each time.</summary>
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

    /// <summary>Takes back the requests that have waited too long.</summary>
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
