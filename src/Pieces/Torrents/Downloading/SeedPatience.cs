using Pieces.Primitives;
using Pieces.Providers;

namespace Pieces.Torrents.Downloading;

/// <summary>
/// Decides how long a seed must be idle, in a crowd, before we request from it a piece that is assigned to a leecher other than us. The time doubles
/// whenever that leecher was fetching the piece after all, and halves when it was not. Owned by the torrent's loop.
/// </summary>
internal sealed class SeedPatience
{
    private const double FirstSeconds = SeedSharingPolicy.LeastPatience * 8;

    private readonly Dictionary<SenderId, long> _idleSince = [];
    private readonly HashSet<PieceIndex> _foreign = [];
    private readonly long _frequency;
    private double _seconds = FirstSeconds;

    /// <summary>Creates an instance.</summary>
    /// <param name="frequency">Timestamp ticks per second.</param>
    public SeedPatience(long frequency) => _frequency = frequency;

    /// <summary>Whether a seed has been idle for so long that we may request a piece from it that is assigned to a leecher other than us.</summary>
    public bool IsOver(BlockProvider seed, long now) =>
        seed.Requests.Pending.Count == 0 && _idleSince.TryGetValue(seed.Id, out long since) && now - since >= _seconds * _frequency;

    /// <summary>We request a piece from a seed that is assigned to a leecher other than us.</summary>
    public void OnTaken(PieceIndex piece) => _foreign.Add(piece);

    /// <summary>A leecher has a piece that no leecher had before.</summary>
    public void OnBrought(PieceIndex piece)
    {
        if (_foreign.Remove(piece))
            _seconds = Math.Min(_seconds * 2, SeedSharingPolicy.MostPatience);
    }

    /// <summary>A piece is stored.</summary>
    public void OnStored(PieceIndex piece)
    {
        if (_foreign.Remove(piece))
            _seconds = Math.Max(_seconds / 2, SeedSharingPolicy.LeastPatience);
    }

    /// <summary>A seed has been sent all requests that are possible now.</summary>
    public void OnFilled(BlockProvider seed, long now)
    {
        if (seed.Requests.Pending.Count > 0)
            _idleSince.Remove(seed.Id);
        else
            _idleSince.TryAdd(seed.Id, now);
    }

    /// <summary>A seed has left.</summary>
    public void Forget(SenderId seed) => _idleSince.Remove(seed);
}
