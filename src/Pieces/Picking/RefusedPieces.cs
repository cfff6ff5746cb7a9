using Pieces.Primitives;

namespace Pieces.Picking;

/// <summary>
/// Pieces that a provider says it has and refuses to send while it does not choke. Each is left alone for a while, longer each time, so that a provider
/// whose data has changed is not asked for the same blocks again and again. As a map it is the provider's, without these pieces.
/// </summary>
internal sealed class RefusedPieces : IPieceMap
{
    /// <summary>How long a piece is left alone after the first refusal, in seconds; twice as long after each further one.</summary>
    public const double FirstSeconds = 2;

    /// <summary>The longest that a piece is left alone, in seconds.</summary>
    public const double LongestSeconds = 120;

    private readonly Dictionary<int, Refusal> _refusals = [];
    private readonly long _ticksPerSecond;
    private IPieceMap? _source;
    private long _now;

    /// <summary>Makes an empty one.</summary>
    public RefusedPieces(TimeProvider time) => _ticksPerSecond = time.TimestampFrequency;

    /// <summary>A request was refused. Several at one time are one refusal.</summary>
    public void Add(PieceIndex piece, long now)
    {
        _refusals.TryGetValue(piece.Value, out Refusal before);
        if (now < before.Until)
            return;
        double seconds = before.Seconds == 0 ? FirstSeconds : Math.Min(before.Seconds * 2, LongestSeconds);
        _refusals[piece.Value] = new Refusal(now + (long)(seconds * _ticksPerSecond), seconds);
    }

    /// <summary>A block of a piece came: it is sent after all.</summary>
    public void Remove(PieceIndex piece)
    {
        if (_refusals.Count > 0)
            _refusals.Remove(piece.Value);
    }

    /// <summary>What of a source's pieces may be asked for now.</summary>
    public IPieceMap Without(IPieceMap source, long now)
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
