namespace Pieces.Peers;

/// <summary>The four flags of a connection (BEP 3); both sides begin choking and not interested.</summary>
internal sealed class PeerFlags
{
    /// <summary>Whether we refuse to upload to it.</summary>
    public bool AmChoking { get; set; } = true;

    /// <summary>Whether we told it that it has something we want.</summary>
    public bool AmInterested { get; set; }

    /// <summary>Whether it refuses to upload to us.</summary>
    public bool PeerChoking { get; set; } = true;

    /// <summary>Whether it has let us ask at some time.</summary>
    public bool HasLetUsAsk { get; set; }

    /// <summary>Whether it wants something of ours.</summary>
    public bool PeerInterested { get; set; }

    /// <summary>Timestamp of our last unchoke, or <see cref="long.MinValue"/>.</summary>
    public long UnchokedAt { get; set; } = long.MinValue;

    /// <summary>Whether we have let it ask once though it wanted nothing.</summary>
    public bool WasOffered { get; set; }

    /// <summary>Whether it may ask for that reason, and takes no slot: it has wanted nothing since.</summary>
    public bool IsOffered { get; set; }
}
