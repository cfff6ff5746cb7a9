using Pieces.Primitives;

namespace Pieces.Providers;

/// <summary>
/// Decides how many requests may be pending at one provider: its rate × its latency. It is found by growing the window until the rate stops growing.
/// The latency is the lowest one measured, plus a margin, so that a queue at the peer does not make the window grow further.
/// </summary>
internal sealed class RequestWindow
{
    /// <summary>Initial number of pending requests per provider.</summary>
    public const int Start = 32;

    /// <summary>Initial number of pending requests per provider while there are many other providers.</summary>
    public const int ConservativeStart = 4;

    /// <summary>Minimum number of pending requests for a provider that answers, while there are many other providers.</summary>
    public const int ConservativeFloor = 2;

    /// <summary>Minimum number of pending requests for a provider that answers.</summary>
    public const int Floor = 4;

    /// <summary>Maximum number of pending requests for a peer that has not sent its <c>reqq</c> (BEP 10).</summary>
    public const int DefaultLimit = 512;

    /// <summary>Maximum number of pending requests per provider, whatever <c>reqq</c> the peer sends.</summary>
    public const int MaxLimit = 2048;

    // Length of the queue at the peer that bridges its pauses and ours, in seconds.
    private const double MarginSeconds = 0.1;

    // Maximum time that a slow peer may need to send its pending blocks, in seconds. Other providers might send the blocks sooner.
    private const double MaxDrainSeconds = 1;

    // If a block takes this much longer (in seconds) than the fastest one, a queue has formed: the link is saturated, and growing further would only
    // hold blocks.
    private const double QueueSeconds = 0.2;

    // Minimum length of a measurement round, in seconds. The rate of a shorter one would be noise.
    private const double ShortestRound = 0.02;

    // Maximum length of a measurement round, in seconds. Without it, a slow peer would never leave its initial window.
    private const double LongestRound = 2;

    // Slow start ends after FlatRounds full rounds in a row in which the rate has not grown by this factor.
    private const double Growth = 1.25;
    private const int FlatRounds = 3;

    // Maximum time that a provider with long runs may need to send its pending blocks, in seconds. Late blocks would be requested from other
    // providers.
    private const double RunSeconds = 4;

    private readonly Estimate _estimate = new();
    private readonly double _frequency;
    private int _limit = DefaultLimit;
    private int _run;
    private double _size = Start;
    private bool _isConservative;
    private bool _isSlowStart = true;
    private int _flatRounds;
    private Round _round;
    private long _lastBlock = long.MinValue;

    /// <summary>Creates the window of a provider of which nothing is known.</summary>
    public RequestWindow(TimeProvider time) => _frequency = time.TimestampFrequency;

    /// <summary>Maximum number of requests that may be pending now.</summary>
    public int Size
    {
        get
        {
            if (IsSnubbed)
                return 1;
            double size = _isConservative && Latency == 0 ? Math.Min(_size, ConservativeStart) : _size;
            if (_run > 0)
                size = Math.Max(size, Math.Min(_run, BytesPerSecond * RunSeconds / BlockRequest.MaxLength));
            return (int)Math.Min(size, Math.Min(_limit, Allowance));
        }
    }

    /// <summary>Maximum number of pending requests that our own rate limit allows. The default, without a limit, is <see cref="MaxLimit"/>.</summary>
    public int Allowance { get; set; } = MaxLimit;

    /// <summary>Whether the peer has not answered for long. Only one request is pending until it answers.</summary>
    public bool IsSnubbed { get; private set; }

    /// <summary>Mean time from request to answer, in seconds; 0 while unknown.</summary>
    public double Latency => _estimate.Latency;

    /// <summary>Lowest time from request to answer, in seconds; infinite while unknown.</summary>
    public double LeastLatency => _estimate.LeastLatency;

    /// <summary>Measured rate while enough requests were pending, in bytes per second; 0 while unknown.</summary>
    public double BytesPerSecond => _estimate.Rate;

    /// <summary>
    /// Whether there are many other providers. Then few requests are sent to each at first, and later only as many as keep it busy: a block that
    /// waits in the queue of one provider could come from another.
    /// </summary>
    public bool IsConservative
    {
        set => _isConservative = value;
    }

    /// <summary>Converts a duration in seconds to timestamp ticks.</summary>
    public long TicksOf(double seconds) => (long)(seconds * _frequency);

    /// <summary>Whether the provider sends long runs faster than many short ranges.</summary>
    public bool PrefersRuns => _run > 0;

    /// <summary>Enables long runs: the window becomes as long as a run, if the rate is high enough.</summary>
    /// <param name="bytes">Length of a run.</param>
    public void PreferRun(long bytes)
    {
        _run = (int)Math.Clamp(bytes / BlockRequest.MaxLength, 1, MaxLimit);
        _limit = Math.Max(_limit, _run);
    }

    /// <summary>The peer has sent the maximum number of requests it queues (BEP 10, <c>reqq</c>).</summary>
    public void SetLimit(long reqq) => _limit = (int)Math.Clamp(reqq, 1, MaxLimit);

    /// <summary>The peer has sent no block for long: from now on, only one request is pending.</summary>
    public void Snub() => IsSnubbed = true;

    /// <summary>
    /// Another provider was the first to send a block that was also requested from this one: the window shrinks by one, until it grows again.
    /// </summary>
    public void OnOvertaken() => _size = Math.Max(1, _size - 1);

    /// <summary>A block has been received.</summary>
    /// <param name="sentAt">Timestamp of its request.</param>
    /// <param name="now">Timestamp.</param>
    /// <param name="bytes">Length of the block, in bytes.</param>
    /// <param name="inFlight">Number of pending requests when it arrived, including its own.</param>
    public void OnBlock(long sentAt, long now, int bytes, int inFlight)
    {
        double latency = (now - sentAt) / _frequency;
        _estimate.AddLatency(latency);

        // The block was requested after the previous one had arrived. No request was pending in between, so the interval says nothing about the rate.
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
        if (_isSlowStart && !_isConservative && latency < _estimate.LeastLatency + QueueSeconds)
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

        // A round in which we requested less than possible is no evidence of a lower rate.
        _estimate.AddRate(rate, _round.WasFull);
        double best = _estimate.Rate * (_estimate.LeastLatency + MarginSeconds) / BlockRequest.MaxLength;
        int floor = _isConservative ? ConservativeFloor : Floor;
        if (_isConservative)
            _isSlowStart = false;
        double most = Math.Max(floor, _estimate.Rate * ((_estimate.LeastLatency * 2) + MaxDrainSeconds) / BlockRequest.MaxLength);
        if (!_isSlowStart)
            _size = Math.Clamp(best, floor, MaxLimit);
        else if (_size > most)
            (_size, _isSlowStart) = (most, false);
        _round = new Round { Begin = now };
    }

    // A round lasts from one block to the first block that was requested after it.
    private struct Round
    {
        public long Begin;
        public long Bytes;
        public bool WasFull;
    }

    private sealed class Estimate
    {
        // EWMA weights: LatencyWeight for a new latency, FallWeight for a rate below the estimate. A higher rate is taken over at once.
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
