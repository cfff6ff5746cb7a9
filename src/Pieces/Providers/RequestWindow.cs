using Pieces.Primitives;

namespace Pieces.Providers;

/// <summary>
/// How many requests to have out to one peer: its rate × its latency, found by growing until the rate stops growing. Latency is the least that
/// was seen, plus a margin, so that a queue at the peer does not feed upon itself.
/// </summary>
internal sealed class RequestWindow
{
    /// <summary>Requests to begin with.</summary>
    public const int Start = 32;

    /// <summary>Requests to begin with where there are many others to ask.</summary>
    public const int ShyStart = 4;

    /// <summary>Fewest requests there for a peer that answers.</summary>
    public const int ShyFloor = 2;

    /// <summary>Fewest requests for a peer that answers.</summary>
    public const int Floor = 4;

    /// <summary>Most requests for a peer that has not said its <c>reqq</c> (BEP 10).</summary>
    public const int DefaultLimit = 512;

    /// <summary>Most requests whatever the peer says.</summary>
    public const int MaxLimit = 2048;

    // A queue at the peer this long bridges its pauses and ours.
    private const double MarginSeconds = 0.1;

    // Never more than a slow peer can send in this time: others may need the blocks sooner.
    private const double MaxDrainSeconds = 1;

    // When a block takes so much longer than the quickest one, a queue has formed: the link is full and growing on would only hold blocks.
    private const double QueueSeconds = 0.2;

    // A round is at least so long, or its rate would be noise; and no longer than the other, or a slow peer would keep its first window.
    private const double ShortestRound = 0.02;
    private const double LongestRound = 2;

    // Slow start ends when so many full rounds in a row have not been faster by a quarter.
    private const double Growth = 1.25;
    private const int FlatRounds = 3;

    // Of a provider that prefers long runs no more is requested than it sends in this time: what is late would be requested from others.
    private const double RunSeconds = 4;

    private readonly Estimate _estimate = new();
    private readonly double _frequency;
    private int _limit = DefaultLimit;
    private int _run;
    private double _size = Start;
    private bool _isShy;
    private bool _isSlowStart = true;
    private int _flatRounds;
    private Round _round;
    private long _lastBlock = long.MinValue;

    /// <summary>Makes the window of a peer of which nothing is known.</summary>
    public RequestWindow(TimeProvider time) => _frequency = time.TimestampFrequency;

    /// <summary>Requests that may be out now.</summary>
    public int Size
    {
        get
        {
            if (IsSnubbed)
                return 1;
            double size = _isShy && Latency == 0 ? Math.Min(_size, ShyStart) : _size;
            if (_run > 0)
                size = Math.Max(size, Math.Min(_run, BytesPerSecond * RunSeconds / BlockRequest.MaxLength));
            return (int)Math.Min(size, Math.Min(_limit, Allowance));
        }
    }

    /// <summary>Requests that may be out for all that our own rate limit lets in; as many as the peer is good for (the default) while nothing is
    /// limited.</summary>
    public int Allowance { get; set; } = MaxLimit;

    /// <summary>Whether the peer has let its requests lie: one is out to it till it answers.</summary>
    public bool IsSnubbed { get; private set; }

    /// <summary>Mean time from asking to answer, in seconds; 0 while unknown.</summary>
    public double Latency => _estimate.Latency;

    /// <summary>Least time from asking to answer, in seconds; infinite while unknown.</summary>
    public double LeastLatency => _estimate.LeastLatency;

    /// <summary>Measured rate while it had enough to do, in bytes a second; 0 while unknown.</summary>
    public double BytesPerSecond => _estimate.Rate;

    /// <summary>Whether there are many others to ask: then none is asked for much at first, nor for more than it needs to be busy, since what waits
    /// in the queue of one could come from another.</summary>
    public bool IsShy
    {
        set => _isShy = value;
    }

    /// <summary>A duration in ticks of timestamps.</summary>
    public long TicksOf(double seconds) => (long)(seconds * _frequency);

    /// <summary>Whether the provider sends long runs faster than many short ranges.</summary>
    public bool PrefersRuns => _run > 0;

    /// <summary>The provider sends long runs faster than many short ranges: the window becomes as long as a run if the rate is worth it.</summary>
    /// <param name="bytes">Length of a run.</param>
    public void PreferRun(long bytes)
    {
        _run = (int)Math.Clamp(bytes / BlockRequest.MaxLength, 1, MaxLimit);
        _limit = Math.Max(_limit, _run);
    }

    /// <summary>The peer has said how many requests it keeps (BEP 10, <c>reqq</c>).</summary>
    public void SetLimit(long reqq) => _limit = (int)Math.Clamp(reqq, 1, MaxLimit);

    /// <summary>The peer has sent no block for long: a single request is left to it.</summary>
    public void Snub() => IsSnubbed = true;

    /// <summary>Another peer was quicker with a block that this one was asked for: it gets one less, till it shows what it can.</summary>
    public void OnOvertaken() => _size = Math.Max(1, _size - 1);

    /// <summary>A block came.</summary>
    /// <param name="sentAt">Timestamp of its request.</param>
    /// <param name="now">Timestamp.</param>
    /// <param name="bytes">Its length.</param>
    /// <param name="inFlight">Requests that were out when it came, its own included.</param>
    public void OnBlock(long sentAt, long now, int bytes, int inFlight)
    {
        double latency = (now - sentAt) / _frequency;
        _estimate.AddLatency(latency);

        // Asked for after the last block had come: in between nothing was out, which says nothing of the peer's rate.
        bool wasIdle = sentAt > _lastBlock;
        _lastBlock = now;
        if (IsSnubbed || wasIdle)
        {
            _size = IsSnubbed ? Floor : _size;
            IsSnubbed = false;
            _round = new Round { Begin = now };
            return;
        }

        _round.Bytes += bytes;
        _round.WasFull |= inFlight >= Size * 3 / 4;
        if (_isSlowStart && !_isShy && latency < _estimate.LeastLatency + QueueSeconds)
            _size = Math.Min(_size + 1, MaxLimit);

        double elapsed = (now - _round.Begin) / _frequency;
        if ((sentAt > _round.Begin && elapsed >= ShortestRound) || elapsed >= LongestRound)
            EndRound(now, elapsed);
    }

    private void EndRound(long now, double elapsed)
    {
        double rate = _round.Bytes / elapsed;
        if (_isSlowStart)
        {
            if (rate >= _estimate.Rate * Growth)
                _flatRounds = 0;
            else if (_round.WasFull && ++_flatRounds >= FlatRounds)
                _isSlowStart = false;
        }

        // A round in which we asked for less than we might says nothing against the peer.
        _estimate.AddRate(rate, _round.WasFull);
        double best = _estimate.Rate * (_estimate.LeastLatency + MarginSeconds) / BlockRequest.MaxLength;
        int floor = _isShy ? ShyFloor : Floor;
        if (_isShy)
            _isSlowStart = false;
        double most = Math.Max(floor, _estimate.Rate * ((_estimate.LeastLatency * 2) + MaxDrainSeconds) / BlockRequest.MaxLength);
        if (!_isSlowStart)
            _size = Math.Clamp(best, floor, MaxLimit);
        else if (_size > most)
            (_size, _isSlowStart) = (most, false);
        _round = new Round { Begin = now };
    }

    // From one block to the first one that was asked for after it.
    private struct Round
    {
        public long Begin;
        public long Bytes;
        public bool WasFull;
    }

    private sealed class Estimate
    {
        // The newest latency counts for so much of the mean; a rate that falls is believed so slowly.
        private const double LatencyWeight = 1.0 / 16;
        private const double FallWeight = 0.3;

        public double LeastLatency { get; private set; } = double.PositiveInfinity;

        public double Latency { get; private set; }

        public double Rate { get; private set; }

        public void AddLatency(double seconds)
        {
            LeastLatency = Math.Min(LeastLatency, seconds);
            Latency = Latency == 0 ? seconds : Latency + ((seconds - Latency) * LatencyWeight);
        }

        public void AddRate(double rate, bool wasFull)
        {
            if (rate >= Rate)
                Rate = rate;
            else if (wasFull)
                Rate += (rate - Rate) * FallWeight;
        }
    }
}
