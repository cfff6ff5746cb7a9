using System.Net;
using Pieces.Net;

namespace Pieces.Encryption;

/// <summary>
/// Bounds the powers that strangers can have us compute: a public key is 96 bytes for them and up to half a millisecond for us. Each host gets so
/// many key exchanges a second, and so do all of them together. Half of what all may have is kept for hosts that come seldom, so that a few busy ones
/// never keep the others out. Loopback, which many peers may share, counts only for all. Safe for all threads.
/// </summary>
internal sealed class KeyExchangeGate
{
    /// <summary>Key exchanges of one host (a <see cref="BudgetKey"/>) a second.</summary>
    public const int HostRate = 4;

    /// <summary>Those that it may have at once.</summary>
    public const int HostBurst = 16;

    /// <summary>Key exchanges of all hosts a second: a twentieth of a core.</summary>
    public const int OverallRate = 100;

    /// <summary>Those that all may have at once.</summary>
    public const int OverallBurst = 400;

    // What a host may take of the half that is kept for those who come seldom.
    private const double SeldomRate = 0.1;
    private const int SeldomBurst = 2;

    private const int Places = 1024;

    private readonly Lock _lock = new();
    private readonly SourceLimiter _perHost;
    private readonly SourceLimiter _seldomOfHost;
    private readonly SourceLimiter _usual = new(OverallRate / 2, OverallBurst / 2, places: 1, salt: 0);
    private readonly SourceLimiter _seldom = new(OverallRate / 2, OverallBurst / 2, places: 1, salt: 0);
    private readonly TimeProvider _time;
    private readonly long _start;

    /// <summary>Makes one for a client.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="salt">Chance: makes who shares a limit with whom unforeseeable.</param>
    public KeyExchangeGate(TimeProvider time, ulong salt)
    {
        _perHost = new SourceLimiter(HostRate, HostBurst, Places, salt);
        _seldomOfHost = new SourceLimiter(SeldomRate, SeldomBurst, Places, ~salt);
        _time = time;
        _start = time.GetTimestamp();
    }

    /// <summary>Takes one key exchange if that host may have it now.</summary>
    public bool TryEnter(IPAddress host)
    {
        TimeSpan now = _time.GetElapsedTime(_start);
        CompactEndPoint source = BudgetKey.Of(host).Network;
        lock (_lock)
        {
            bool isShared = IPAddress.IsLoopback(host);
            return (isShared || _perHost.TryTake(source, now))
                && (_usual.TryTake(source, now) || ((isShared || _seldomOfHost.TryTake(source, now)) && _seldom.TryTake(source, now)));
        }
    }
}
