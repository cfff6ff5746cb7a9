using System.Net;
using Pieces.Net;

namespace Pieces.Encryption;

/// <summary>
/// Bounds the powers that strangers can have us compute: a public key is 96 bytes for them and up to half a millisecond for us. Each host gets so
/// many key exchanges a second, and so do all of them together; loopback, which many peers may share, counts only for all. Safe for all threads.
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

    private const int Places = 1024;

    private readonly Lock _lock = new();
    private readonly SourceLimiter _perHost;
    private readonly SourceLimiter _overall = new(OverallRate, OverallBurst, places: 1, salt: 0);
    private readonly TimeProvider _time;
    private readonly long _start;

    /// <summary>Makes one for a client.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="salt">Chance: makes who shares a limit with whom unforeseeable.</param>
    public KeyExchangeGate(TimeProvider time, ulong salt)
    {
        _perHost = new SourceLimiter(HostRate, HostBurst, Places, salt);
        _time = time;
        _start = time.GetTimestamp();
    }

    /// <summary>Takes one key exchange if that host may have it now.</summary>
    public bool TryEnter(IPAddress host)
    {
        TimeSpan now = _time.GetElapsedTime(_start);
        CompactEndPoint source = BudgetKey.Of(host).Network;
        lock (_lock)
            return (IPAddress.IsLoopback(host) || _perHost.TryTake(source, now)) && _overall.TryTake(source, now);
    }
}
