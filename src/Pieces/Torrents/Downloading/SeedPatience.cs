using Pieces.Primitives;
using Pieces.Providers;

namespace Pieces.Torrents.Downloading;

/// <summary>
/// How long a seed is left alone in a crowd before it is asked for a piece that fell to another leecher: longer each time that the other was fetching
/// it after all, shorter when it was not. Owned by the torrent's loop.
/// </summary>
internal sealed class SeedPatience
{
    private const double FirstSeconds = SeedCourtesy.LeastPatience * 8;

    private readonly Dictionary<SourceId, long> _idleSince = [];
    private readonly HashSet<PieceIndex> _foreign = [];
    private readonly long _frequency;
    private double _seconds = FirstSeconds;

    /// <summary>Makes it before the first piece was asked for.</summary>
    /// <param name="frequency">Timestamps in a second.</param>
    public SeedPatience(long frequency) => _frequency = frequency;

    /// <summary>Whether a seed has had nothing to do for so long that it may be asked for what fell to another.</summary>
    public bool IsOver(BlockProvider seed, long now) =>
        seed.Requests.Pending.Count == 0 && _idleSince.TryGetValue(seed.Id, out long since) && now - since >= _seconds * _frequency;

    /// <summary>A piece that fell to another is requested from a seed.</summary>
    public void OnTaken(PieceIndex piece) => _foreign.Add(piece);

    /// <summary>A leecher has a piece that none had before.</summary>
    public void OnBrought(PieceIndex piece)
    {
        if (_foreign.Remove(piece))
            _seconds = Math.Min(_seconds * 2, SeedCourtesy.MostPatience);
    }

    /// <summary>A piece is stored.</summary>
    public void OnStored(PieceIndex piece)
    {
        if (_foreign.Remove(piece))
            _seconds = Math.Max(_seconds / 2, SeedCourtesy.LeastPatience);
    }

    /// <summary>A seed was asked for all that it may be asked for.</summary>
    public void OnFilled(BlockProvider seed, long now)
    {
        if (seed.Requests.Pending.Count > 0)
            _idleSince.Remove(seed.Id);
        else
            _idleSince.TryAdd(seed.Id, now);
    }

    /// <summary>A seed has left.</summary>
    public void Forget(SourceId seed) => _idleSince.Remove(seed);
}
