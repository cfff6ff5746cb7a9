namespace Pieces.Net;

/// <summary>
/// Lets each address have so many events a second, with some in a burst. The memory is one number for each of a fixed set of places that addresses
/// share by chance, so that a flood from made-up addresses allocates nothing and pushes nothing out. Not safe for several threads. Pure.
/// </summary>
internal sealed class SourceLimiter
{
    private readonly long[] _full;
    private readonly long _cost;
    private readonly long _burst;
    private readonly ulong _salt;

    /// <summary>Makes one.</summary>
    /// <param name="perSecond">Events a second, for each address.</param>
    /// <param name="burst">Events at once, at least 1.</param>
    /// <param name="places">Numbers that are kept: a power of two; 1 makes it a limit for all together.</param>
    /// <param name="salt">Makes who shares a place with whom unforeseeable.</param>
    public SourceLimiter(double perSecond, int burst, int places, ulong salt)
    {
        _cost = (long)(TimeSpan.TicksPerSecond / perSecond);
        _burst = burst * _cost;
        _full = new long[places];
        _salt = salt;
    }

    /// <summary>Takes one event if the address may have it now.</summary>
    public bool TryTake(CompactEndPoint source, TimeSpan now)
    {
        // The time at which the burst is whole again; each event moves it on by its cost.
        ref long full = ref _full[Mix(source, _salt) & (ulong)(_full.Length - 1)];
        long after = Math.Max(full, now.Ticks) + _cost;
        if (after - now.Ticks > _burst)
            return false;
        full = after;
        return true;
    }

    /// <summary>Spreads addresses over numbers. Not HashCode: that one differs from run to run, and a simulation must not.</summary>
    public static ulong Mix(CompactEndPoint source, ulong salt)
    {
        ulong mixed = ((ulong)(source.Host >> 64) ^ salt) * 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 29) ^ (ulong)source.Host) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 32) ^ source.Port) * 0x94D049BB133111EB;
        return mixed >> 32;
    }
}
