namespace Pieces.Net;

/// <summary>
/// Limits the events per second of each address, with a burst. Addresses are hashed to a fixed number of slots, one number each, so that a flood from
/// forged addresses allocates nothing and evicts nothing; addresses in the same slot share a limit. Not thread-safe. Reads no clock.
/// </summary>
internal sealed class PerHostLimiter
{
    private readonly long[] _full;
    private readonly long _cost;
    private readonly long _burst;
    private readonly ulong _salt;

    /// <summary>Creates a limiter.</summary>
    /// <param name="perSecond">Events per second and address.</param>
    /// <param name="burst">Events in a burst, at least 1.</param>
    /// <param name="places">Number of slots: a power of two; 1 makes it a limit for all addresses together.</param>
    /// <param name="salt">Salt of the hash, so that an attacker cannot predict which addresses share a slot.</param>
    public PerHostLimiter(double perSecond, int burst, int places, ulong salt)
    {
        _cost = (long)(TimeSpan.TicksPerSecond / perSecond);
        _burst = burst * _cost;
        _full = new long[places];
        _salt = salt;
    }

    /// <summary>Takes one event if the address is within its limit.</summary>
    public bool TryTake(CompactEndPoint source, TimeSpan now)
    {
        // The time at which the full burst is available again; each event adds its cost.
        ref long full = ref _full[Mix(source, _salt) & (ulong)(_full.Length - 1)];
        long after = Math.Max(full, now.Ticks) + _cost;
        if (after - now.Ticks > _burst)
            return false;
        full = after;
        return true;
    }

    /// <summary>
    /// Hashes an address. <see cref="HashCode"/> is not used, because its result differs from run to run: simulations must be reproducible.
    /// </summary>
    public static ulong Mix(CompactEndPoint source, ulong salt)
    {
        ulong mixed = ((ulong)(source.Host >> 64) ^ salt) * 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 29) ^ (ulong)source.Host) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 32) ^ source.Port) * 0x94D049BB133111EB;
        return mixed >> 32;
    }
}
