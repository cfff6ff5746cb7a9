namespace Pieces.Torrents.Lifecycle;

/// <summary>
/// Posts the ticks of one torrent's loop: often while something is going on, seldom while nothing is. A client that seeds a thousand torrents of which few are
/// asked for must not wake thousands of times a second.
/// </summary>
internal sealed class TickTimer : IDisposable
{
    /// <summary>While bytes go in or out, and after whatever else happens.</summary>
    public static readonly TimeSpan Busy = TimeSpan.FromMilliseconds(250);

    /// <summary>While the peers that are there say nothing, or nobody is there and a goal of time may be reached.</summary>
    public static readonly TimeSpan Counting = TimeSpan.FromSeconds(1);

    /// <summary>While nobody is there, but addresses are known that may be dialled again.</summary>
    public static readonly TimeSpan Waiting = TimeSpan.FromSeconds(5);

    /// <summary>While nobody is there or known: whoever comes is an event of its own.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromSeconds(20);

    /// <summary>At the beginning silence means nothing yet.</summary>
    public static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);

    private readonly ITimer _timer;
    private TimeSpan _period = Busy;

    /// <summary>Begins to post, <see cref="Busy"/>.</summary>
    public TickTimer(TimeProvider timeProvider, TorrentInbox inbox) =>
        _timer = timeProvider.CreateTimer(static inbox => ((TorrentInbox)inbox!).Post(Tick.Instance), inbox, Busy, Busy);

    /// <summary>Time from now to the next tick, and between those after it. Set by the loop alone.</summary>
    public TimeSpan Period
    {
        set
        {
            if (_period == value)
                return;
            _period = value;
            _timer.Change(value, value);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();
}
