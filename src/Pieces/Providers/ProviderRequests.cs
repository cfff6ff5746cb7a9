using Pieces.Picking;
using Pieces.Primitives;

namespace Pieces.Providers;

/// <summary>Our requests to a provider: the window, the pending requests, and what limits them.</summary>
internal sealed class ProviderRequests
{
    /// <summary>Maximum number of remembered allowed-fast pieces per peer. BEP 6 suggests ten.</summary>
    public const int MaxAllowedFast = 64;

    /// <summary>Time during which nothing is requested from a peer that rejected a request while not choking us, in seconds.</summary>
    public const double RejectPauseSeconds = 1;

    /// <summary>Time without a block after which a peer that has unchoked us is snubbed, in seconds.</summary>
    public const double SnubSeconds = 60;

    /// <summary>
    /// A request is lost, and is cancelled, after this time (in seconds) or twice <see cref="LateAfter"/>, whichever is longer. If the peer has
    /// answered a later request, it is lost after twice <see cref="LateAfter"/>. The block may then be requested from the same peer again.
    /// </summary>
    public const double LostSeconds = 20;

    /// <summary>Assumed time per block of a peer that has not sent anything yet, in seconds.</summary>
    public const double UnknownLatency = 0.5;

    // A request is late after this multiple of the mean latency, clamped to the following limits in seconds.
    private const double LateFactor = 4;
    private const double SoonestLateSeconds = 2;
    private const double LatestLateSeconds = 15;

    private const int StepsPerWindow = 8;

    // Limit before the first block, in seconds, while nothing is known of the peer.
    private const double FirstLateSeconds = 8;

    private readonly List<PieceIndex> _allowedFast = [];
    private long _newestAnswered = long.MinValue;
    private bool _hasLetExpire;

    /// <summary>Creates an instance for a provider of which nothing is known.</summary>
    public ProviderRequests(TimeProvider time, long now)
    {
        Window = new RequestWindow(time);
        Refused = new RefusedPieces(time);
        SilentSince = now;
    }

    /// <summary>Limits the number of pending requests.</summary>
    public RequestWindow Window { get; }

    /// <summary>The pending requests.</summary>
    public PendingRequests Pending { get; } = new();

    /// <summary>The pieces that the provider refuses to send.</summary>
    public RefusedPieces Refused { get; }

    /// <summary>Number of pieces that the provider has and we still need.</summary>
    public int Useful { get; set; }

    /// <summary>Timestamp since which requests have been pending without an answer.</summary>
    public long SilentSince { get; private set; }

    /// <summary>Nothing is requested before this timestamp.</summary>
    public long PausedUntil { get; private set; } = long.MinValue;

    /// <summary>Whether the peer has ever unchoked us.</summary>
    public bool WasEverUnchoked { get; private set; }

    /// <summary>Time that a request waits because of our own rate limit, in seconds. It is not the peer's fault. Default 0.</summary>
    public double OwnDelay { get; set; }

    /// <summary>
    /// Longest expected wait for our own rate limit, in seconds. It is twice <see cref="OwnDelay"/>, since other providers that share the limit may
    /// take their turn first.
    /// </summary>
    public double LongestOwnDelay => OwnDelay * 2;

    /// <summary>Pieces that may be requested even while the peer chokes us (BEP 6).</summary>
    public IReadOnlyList<PieceIndex> AllowedFast => _allowedFast;

    /// <summary>Age at which a request is late, in timestamp ticks.</summary>
    public long LateAfter
    {
        get
        {
            double seconds = Window.Latency == 0
                ? FirstLateSeconds
                : Math.Clamp(Window.Latency * LateFactor, SoonestLateSeconds, LatestLateSeconds);
            return Window.TicksOf(seconds + LongestOwnDelay);
        }
    }

    /// <summary>
    /// Estimated time until a block requested now would arrive, in seconds. It is a guess as long as the provider has not sent anything.
    /// </summary>
    public double SecondsTillNext
    {
        get
        {
            double latency = Window.Latency == 0 ? UnknownLatency : Window.Latency;
            double rate = Window.BytesPerSecond == 0 ? BlockRequest.MaxLength / UnknownLatency : Window.BytesPerSecond;
            return latency + (Pending.Count * BlockRequest.MaxLength / rate);
        }
    }

    /// <summary>Number of requests that may be sent now. If long runs are preferred, it is 0 until half of the window has been answered.</summary>
    public int Room => Window.PrefersRuns && Pending.Count > Window.Size / 2 ? 0 : Window.Size - Pending.Count;

    /// <summary>
    /// Number of requests to choose for this provider before comparing it with the others again, because another may answer sooner by then. It is an
    /// eighth of the window, or the whole window if long runs are preferred.
    /// </summary>
    public int NextStep => Window.PrefersRuns ? Window.Size : Math.Max(1, Window.Size / StepsPerWindow);

    /// <summary>A request is being sent.</summary>
    public void Ask(BlockRequest block, long now)
    {
        // If requests to a peer have expired, the next request does not start a new period of silence.
        if (Pending.Count == 0 && !_hasLetExpire)
            SilentSince = now;
        Pending.Add(block, now);
    }

    /// <summary>
    /// A block has been received that was requested at <paramref name="sentAt"/>. Its request has already been removed from <see cref="Pending"/>.
    /// </summary>
    public void OnBlock(long sentAt, int bytes, long now)
    {
        _hasLetExpire = false;
        SilentSince = now;
        _newestAnswered = Math.Max(_newestAnswered, sentAt);
        Window.OnBlock(sentAt, now, bytes, Pending.Count + 1);
    }

    /// <summary>The peer has unchoked us.</summary>
    public void OnUnchoked(long now)
    {
        WasEverUnchoked = true;
        _hasLetExpire = false;
        SilentSince = now;
    }

    /// <summary>Removes the requests that are so old that they count as lost.</summary>
    public void TakeExpired(long now, List<PendingRequest> into)
    {
        int before = into.Count;
        long veryLate = now - (LateAfter * 2);
        long lost = Math.Min(veryLate, now - Window.TicksOf(LostSeconds));
        Pending.TakeExpired(Math.Max(lost, Math.Min(veryLate, _newestAnswered)), into);
        _hasLetExpire |= into.Count > before;
    }

    /// <summary>Whether requests are pending and no block has arrived for <see cref="SnubSeconds"/>, not counting our own delay.</summary>
    public bool IsSilent(long now) => Pending.Count > 0 && now - SilentSince >= Window.TicksOf(SnubSeconds + LongestOwnDelay);

    /// <summary>Remembers an allowed-fast piece. Returns false if it is known already or there are too many.</summary>
    public bool AllowFast(PieceIndex piece)
    {
        if (_allowedFast.Count >= MaxAllowedFast || _allowedFast.Contains(piece))
            return false;
        _allowedFast.Add(piece);
        return true;
    }

    /// <summary>The peer rejected a request. No block is requested from it for a moment, and no block of this piece for longer.</summary>
    public void OnRefused(PieceIndex piece, long now)
    {
        PausedUntil = now + Window.TicksOf(RejectPauseSeconds);
        Refused.Add(piece, now);
    }
}
