namespace Pieces.Net;

/// <summary>The source of a host name, the highest priority first.</summary>
internal enum NameSource
{
    /// <summary>The user, or the program itself.</summary>
    User,

    /// <summary>A tracker URL in a torrent or link.</summary>
    Tracker,

    /// <summary>A link, a torrent or a tracker that names a peer or a DHT node.</summary>
    Stranger,
}

/// <summary>The originator of a name lookup.</summary>
/// <param name="Source">The source of the name.</param>
/// <param name="Owner">The torrent for which it is looked up: owners take turns. Null stands for the program itself.</param>
internal readonly record struct NameRequester(NameSource Source, object? Owner = null);
