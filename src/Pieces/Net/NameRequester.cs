namespace Pieces.Net;

/// <summary>Who named a host, the one that is served first in front.</summary>
internal enum NameSource
{
    /// <summary>The user, or the program itself.</summary>
    User,

    /// <summary>A torrent or a link names it as its tracker.</summary>
    Tracker,

    /// <summary>A link, a torrent or a tracker names it as a peer or a node.</summary>
    Stranger,
}

/// <summary>For whom a name is looked up.</summary>
/// <param name="Source">Who named the host.</param>
/// <param name="Owner">For which torrent: owners take turns. Null is an owner as well, the program itself.</param>
internal readonly record struct NameRequester(NameSource Source, object? Owner = null);
