using System.Net;
using Pieces.Net;

namespace Pieces.Trackers;

/// <summary>How trackers are contacted. Immutable; each member states its default.</summary>
internal sealed record TrackerSettings
{
    /// <summary>Opens sockets and resolves host names.</summary>
    public required Outbound Outbound { get; init; }

    /// <summary>Decides which peers are accepted from responses, and which addresses a tracker may have that the user did not name.</summary>
    public required AddressPolicy Addresses { get; init; }

    /// <summary>Whether the user named the tracker, so that its address is not restricted; default false.</summary>
    public bool IsUsers { get; init; }

    /// <summary>The torrent for which names are looked up; default none.</summary>
    public object? Owner { get; init; }

    /// <summary>Originator of the lookup of the tracker's name.</summary>
    public NameRequester Requester => new(IsUsers ? NameSource.User : NameSource.Tracker, Owner);

    /// <summary>Clock. Default: the system clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Maximum duration of one HTTP request including redirects; default 30 s.</summary>
    public TimeSpan HttpTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// First timeout of a UDP request, doubled at each retransmission; default 4 s. BEP 15 specifies 15 s, but the next tracker is contacted after at
    /// most 10 s, and a lost datagram should have been retransmitted by then.
    /// </summary>
    public TimeSpan UdpTimeout { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Why no request may be sent to an address, or null if it may.</summary>
    /// <param name="address">The address to which the tracker's name resolves now.</param>
    /// <param name="path">The path of the tracker's URL.</param>
    public string? AddressFault(IPAddress address, string path) => IsUsers ? null : Addresses.TrackerFault(address, path);
}
