using System.Net;
using Pieces.Net;

namespace Pieces.Encryption;

/// <summary>
/// Limits the key exchanges that incoming connections can make us compute: a public key is 96 bytes for the sender and up to half a millisecond of
/// CPU time for us. There is a limit per host and one in total. Half of the total is reserved for hosts that connect rarely, so that a few busy hosts
/// cannot lock out the others. Loopback, which many peers may share, has only the total limit. Safe for all threads.
/// </summary>
internal sealed class KeyExchangeGate
{
    /// <summary>Key exchanges per host (a <see cref="BudgetKey"/>) and second.</summary>
    public const int HostRate = 4;

    /// <summary>Key exchanges per host in a burst.</summary>
    public const int HostBurst = 16;

    /// <summary>Key exchanges of all hosts per second: 5 % of a CPU core.</summary>
    public const int OverallRate = 100;

    /// <summary>Key exchanges of all hosts in a burst.</summary>
    public const int OverallBurst = 400;

    // Limit per host within the half that is reserved for hosts that connect rarely.
    private const double SeldomRate = 0.1;
    private const int SeldomBurst = 2;

    private const int Places = 1024;

    private readonly Lock _lock = new();
    private readonly PerHostLimiter _perHost;
    private readonly PerHostLimiter _seldomOfHost;
    private readonly PerHostLimiter _usual = new(OverallRate / 2, OverallBurst / 2, places: 1, salt: 0);
    private readonly PerHostLimiter _seldom = new(OverallRate / 2, OverallBurst / 2, places: 1, salt: 0);
    private readonly TimeProvider _time;
    private readonly long _start;

    /// <summary>Creates the gate of a client.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="salt">A random number, so that an attacker cannot predict which hosts share a limit.</param>
    public KeyExchangeGate(TimeProvider time, ulong salt)
    {
        _perHost = new PerHostLimiter(HostRate, HostBurst, Places, salt);
        _seldomOfHost = new PerHostLimiter(SeldomRate, SeldomBurst, Places, ~salt);
        _time = time;
        _start = time.GetTimestamp();
    }

    /// <summary>Takes one key exchange if the host is within its limits.</summary>
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
