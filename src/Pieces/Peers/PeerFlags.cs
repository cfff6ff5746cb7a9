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

    /// <summary>Whether it told us that we have something it wants.</summary>
    public bool PeerInterested { get; set; }
}
