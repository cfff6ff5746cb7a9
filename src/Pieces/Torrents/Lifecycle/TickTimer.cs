namespace Pieces.Torrents.Lifecycle;

/// <summary>
/// Posts the ticks of one torrent's loop, more often while the torrent is active. A client that seeds a thousand mostly idle torrents must not wake
/// up thousands of times a second.
/// </summary>
internal sealed class TickTimer : IDisposable
{
    /// <summary>Interval while data is transferred, and after any event that is not a tick.</summary>
    public static readonly TimeSpan Busy = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Interval while no data is transferred, if the torrent is incomplete, has connected peers, or may reach a time-based seeding goal.
    /// </summary>
    public static readonly TimeSpan Counting = TimeSpan.FromSeconds(1);

    /// <summary>Interval of a complete torrent without connected peers, if known addresses may be dialled again.</summary>
    public static readonly TimeSpan Waiting = TimeSpan.FromSeconds(5);

    /// <summary>Interval of a complete torrent without connected or known peers. An inbound connection is an event of its own.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromSeconds(20);

    /// <summary>Time after the start during which idle peers do not make the ticks less frequent.</summary>
    public static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);

    private readonly ITimer _timer;
    private TimeSpan _period = Busy;

    /// <summary>Starts to post ticks, with the interval <see cref="Busy"/>.</summary>
    public TickTimer(TimeProvider timeProvider, TorrentInbox inbox) =>
        _timer = timeProvider.CreateTimer(static inbox => ((TorrentInbox)inbox!).Post(Tick.Instance), inbox, Busy, Busy);

    /// <summary>Time until the next tick, and interval between the following ones. Set by the loop only.</summary>
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
