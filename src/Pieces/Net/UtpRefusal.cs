namespace Pieces.Net;

/// <summary>
/// Refuses uTP connections at once. Most clients try uTP first and wait several seconds for a reply before they try TCP; a RESET avoids that delay. A
/// reply is never longer than the packet it replies to, malformed packets get none, and replies are limited per host and in total, so that we cannot
/// be used to flood a third party. Safe for all threads.
/// </summary>
internal sealed class UtpRefusal : IDatagramHandler
{
    /// <summary>Maximum number of replies to one host per second; burst <see cref="HostBurst"/>.</summary>
    public const double HostRate = 4;

    /// <summary>Maximum number of replies to one host in a burst.</summary>
    public const int HostBurst = 16;

    /// <summary>Maximum number of replies to all hosts together per second (2 KB/s); burst <see cref="OverallBurst"/>.</summary>
    public const double OverallRate = 100;

    /// <summary>Maximum number of replies to all hosts together in a burst.</summary>
    public const int OverallBurst = 200;

    private const int Places = 1024;

    private readonly UdpPort _port;
    private readonly AddressPolicy _addresses;
    private readonly TimeProvider _time;
    private readonly ulong _salt;
    private readonly long _start;
    private readonly Lock _gate = new();
    private readonly PerHostLimiter _perHost;
    private readonly PerHostLimiter _overall = new(OverallRate, OverallBurst, places: 1, salt: 0);

    /// <summary>Creates the handler for the packets of one port.</summary>
    /// <param name="port">Sends the replies.</param>
    /// <param name="addresses">Decides which addresses may get a reply.</param>
    /// <param name="time">The clock.</param>
    /// <param name="salt">A random number, so that an attacker cannot predict which hosts share a limit by chance.</param>
    public UtpRefusal(UdpPort port, AddressPolicy addresses, TimeProvider time, ulong salt)
    {
        _port = port;
        _addresses = addresses;
        _time = time;
        _salt = salt;
        _start = time.GetTimestamp();
        _perHost = new PerHostLimiter(HostRate, HostBurst, Places, salt);
    }

    /// <inheritdoc/>
    public bool TryTake(ReadOnlySpan<byte> datagram, CompactEndPoint from)
    {
        if (!UtpHeader.IsUtp(datagram))
            return false;

        // Only a connection attempt gets a reply: there are no connections, so every other packet is a mistake or an attack.
        bool isAttempt = UtpHeader.TryRead(datagram, out UtpHeader header, out ReadOnlySpan<byte> payload)
            && header.Type == UtpType.Syn && payload.IsEmpty;
        if (isAttempt && _addresses.MayAnswer(from) && TryTakeBudget(from))
        {
            Span<byte> reset = stackalloc byte[UtpHeader.Length];
            header.WriteReset(reset, (ushort)PerHostLimiter.Mix(from, _salt ^ header.Sequence));
            _port.TrySend(reset, from);
        }

        return true;
    }

    private bool TryTakeBudget(CompactEndPoint from)
    {
        TimeSpan now = _time.GetElapsedTime(_start);
        lock (_gate)
            return _perHost.TryTake(BudgetKey.Of(from).Network, now) && _overall.TryTake(default, now);
    }
}
