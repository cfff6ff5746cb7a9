using Pieces.Primitives;

namespace Pieces.Picking;

/// <summary>
/// The pieces that a provider announced but refuses to send while it does not choke us. Each such piece is not requested for a while, which gets
/// longer with every refusal. Otherwise the same blocks would be requested again and again from a provider whose data has changed. As a map, it
/// contains the provider's pieces without these.
/// </summary>
internal sealed class RefusedPieces : IPeerPieces
{
    /// <summary>Time during which a piece is not requested after its first refusal, in seconds. It doubles with every further refusal.</summary>
    public const double FirstSeconds = 2;

    /// <summary>Maximum time during which a refused piece is not requested, in seconds.</summary>
    public const double LongestSeconds = 120;

    private readonly Dictionary<int, Refusal> _refusals = [];
    private readonly long _ticksPerSecond;
    private IPeerPieces? _source;
    private long _now;

    public RefusedPieces(TimeProvider time) => _ticksPerSecond = time.TimestampFrequency;

    /// <summary>A request was rejected. Rejections during the waiting time of the piece count as one.</summary>
    public void Add(PieceIndex piece, long now)
    {
        _refusals.TryGetValue(piece.Value, out Refusal before);
        if (now < before.Until)
            return;
        double seconds = before.Seconds == 0 ? FirstSeconds : Math.Min(before.Seconds * 2, LongestSeconds);
        _refusals[piece.Value] = new Refusal(now + (long)(seconds * _ticksPerSecond), seconds);
    }

    /// <summary>A block of the piece was received, so the piece is available after all.</summary>
    public void Remove(PieceIndex piece)
    {
        if (_refusals.Count > 0)
            _refusals.Remove(piece.Value);
    }

    /// <summary>Returns the pieces of a source that may be requested now.</summary>
    public IPeerPieces Without(IPeerPieces source, long now)
    {
        if (_refusals.Count == 0)
            return source;
        _source = source;
        _now = now;
        return this;
    }

    /// <inheritdoc/>
    public bool Has(PieceIndex piece) => !IsRefused(piece.Value) && _source!.Has(piece);

    /// <inheritdoc/>
    public int NextCommon(Bitfield among, int start)
    {
        int piece = _source!.NextCommon(among, start);
        while (piece >= 0 && IsRefused(piece))
            piece = _source.NextCommon(among, piece + 1);
        return piece;
    }

    private bool IsRefused(int piece) => _refusals.TryGetValue(piece, out Refusal refusal) && _now < refusal.Until;

    private readonly record struct Refusal(long Until, double Seconds);
}
