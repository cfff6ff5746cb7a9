using Pieces.Picking;
using Pieces.Primitives;

namespace Pieces.Providers;

/// <summary>What we request from a provider: the window, the pending requests, and what limits them.</summary>
internal sealed class ProviderRequests
{
    /// <summary>At most so many allowed-fast pieces are remembered; BEP 6 speaks of ten.</summary>
    public const int MaxAllowedFast = 64;

    /// <summary>How long a peer is not asked after it rejected a request while it does not choke.</summary>
    public const double RejectPauseSeconds = 1;

    /// <summary>A peer that has unchoked us and sends no block for so long is snubbed.</summary>
    public const double SnubSeconds = 60;

    /// <summary>A request counts as lost after so long at the soonest: it is cancelled, and the same peer may be asked again. Sooner, after twice
    /// the time at which it is late, when the peer has answered a later one.</summary>
    public const double LostSeconds = 20;

    /// <summary>What is supposed of a peer that has not sent anything yet, in seconds a block.</summary>
    public const double UnknownLatency = 0.5;

    // A request is late after four times the usual time, between these.
    private const double LateFactor = 4;
    private const double SoonestLateSeconds = 2;
    private const double LatestLateSeconds = 15;

    private const int StepsPerWindow = 8;

    // Before the first block nothing is known of the peer.
    private const double FirstLateSeconds = 8;

    private readonly List<PieceIndex> _allowedFast = [];
    private long _newestAnswered = long.MinValue;
    private bool _hasLetExpire;

    /// <summary>Makes it for a peer of which nothing is known.</summary>
    public ProviderRequests(TimeProvider time, long now)
    {
        Window = new RequestWindow(time);
        Refused = new RefusedPieces(time);
        SilentSince = now;
    }

    /// <summary>How many requests may be out.</summary>
    public RequestWindow Window { get; }

    /// <summary>The requests that are out.</summary>
    public PendingRequests Pending { get; } = new();

    /// <summary>The pieces that it refuses to send.</summary>
    public RefusedPieces Refused { get; }

    /// <summary>Number of pieces that it has and we still need.</summary>
    public int Useful { get; set; }

    /// <summary>Timestamp since when it has had requests and has sent nothing.</summary>
    public long SilentSince { get; private set; }

    /// <summary>Nothing is asked before this timestamp.</summary>
    public long PausedUntil { get; private set; } = long.MinValue;

    /// <summary>Whether the peer has unchoked us at some time.</summary>
    public bool WasEverUnchoked { get; private set; }

    /// <summary>Seconds that our own rate limit makes a request wait for its answer, which are no fault of the peer's; default 0.</summary>
    public double OwnDelay { get; set; }

    /// <summary>The longest that <see cref="OwnDelay"/> may come to: others that share the limit may be in front for a while.</summary>
    public double LongestOwnDelay => OwnDelay * 2;

    /// <summary>Pieces that may be asked for even while it chokes (BEP 6).</summary>
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

    /// <summary>Seconds till a block that it is asked for now would be here, by what it has shown; a guess while it has shown nothing.</summary>
    public double SecondsTillNext
    {
        get
        {
            double latency = Window.Latency == 0 ? UnknownLatency : Window.Latency;
            double rate = Window.BytesPerSecond == 0 ? BlockRequest.MaxLength / UnknownLatency : Window.BytesPerSecond;
            return latency + (Pending.Count * BlockRequest.MaxLength / rate);
        }
    }

    /// <summary>Number of requests that may be sent now. Where long runs are preferred, none before half of the window is answered.</summary>
    public int Room => Window.PrefersRuns && Pending.Count > Window.Size / 2 ? 0 : Window.Size - Pending.Count;

    /// <summary>Requests to send in one go where others might answer sooner: a small part of the window, unless long runs are preferred.</summary>
    public int NextStep => Window.PrefersRuns ? Window.Size : Math.Max(1, Window.Size / StepsPerWindow);

    /// <summary>A request goes out.</summary>
    public void Ask(BlockRequest block, long now)
    {
        // A peer that let its requests expire does not begin a new silence with the next one.
        if (Pending.Count == 0 && !_hasLetExpire)
            SilentSince = now;
        Pending.Add(block, now);
    }

    /// <summary>A block came that had been asked for at <paramref name="sentAt"/>; its request is taken out already.</summary>
    public void OnBlock(long sentAt, int bytes, long now)
    {
        _hasLetExpire = false;
        SilentSince = now;
        _newestAnswered = Math.Max(_newestAnswered, sentAt);
        Window.OnBlock(sentAt, now, bytes, Pending.Count + 1);
    }

    /// <summary>The peer chokes us no more.</summary>
    public void OnUnchoked(long now)
    {
        WasEverUnchoked = true;
        _hasLetExpire = false;
        SilentSince = now;
    }

    /// <summary>Takes out what was sent so long ago that it counts as lost.</summary>
    public void TakeExpired(long now, List<PendingRequest> into)
    {
        int before = into.Count;
        long veryLate = now - (LateAfter * 2);
        long lost = Math.Min(veryLate, now - Window.TicksOf(LostSeconds));
        Pending.TakeExpired(Math.Max(lost, Math.Min(veryLate, _newestAnswered)), into);
        _hasLetExpire |= into.Count > before;
    }

    /// <summary>Whether requests are out and no block has come for <see cref="SnubSeconds"/>, our own delay apart.</summary>
    public bool IsSilent(long now) => Pending.Count > 0 && now - SilentSince >= Window.TicksOf(SnubSeconds + LongestOwnDelay);

    /// <summary>Remembers an allowed-fast piece; false when it was known or there are too many.</summary>
    public bool AllowFast(PieceIndex piece)
    {
        if (_allowedFast.Count >= MaxAllowedFast || _allowedFast.Contains(piece))
            return false;
        _allowedFast.Add(piece);
        return true;
    }

    /// <summary>It rejected a request: lets the peer be for a moment, and the piece for longer.</summary>
    public void OnRefused(PieceIndex piece, long now)
    {
        PausedUntil = now + Window.TicksOf(RejectPauseSeconds);
        Refused.Add(piece, now);
    }
}
