namespace Pieces.Peers;

/// <summary>The four flags of a connection (BEP 3); both sides start choking and not interested.</summary>
internal sealed class PeerFlags
{
    /// <summary>Whether we refuse to upload to it.</summary>
    public bool AmChoking { get; set; } = true;

    /// <summary>Whether we have sent <c>interested</c>: the peer has pieces we want.</summary>
    public bool AmInterested { get; set; }

    /// <summary>Whether it refuses to upload to us.</summary>
    public bool PeerChoking { get; set; } = true;

    /// <summary>Whether the peer has sent <c>interested</c>: we have pieces it wants.</summary>
    public bool PeerInterested { get; set; }
}
