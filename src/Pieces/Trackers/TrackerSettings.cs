using System.Net;
using Pieces.Net;

namespace Pieces.Trackers;

/// <summary>How trackers are reached. Immutable; every default is given at its member.</summary>
internal sealed record TrackerSettings
{
    /// <summary>Opens sockets and resolves host names.</summary>
    public required Outbound Outbound { get; init; }

    /// <summary>Decides which peers are taken from responses, and where a tracker that the user has not named may be.</summary>
    public required AddressPolicy Addresses { get; init; }

    /// <summary>Whether the user has named the tracker, so that it may be anywhere; default false.</summary>
    public bool IsUsers { get; init; }

    /// <summary>The torrent for which names are looked up; default none.</summary>
    public object? Owner { get; init; }

    /// <summary>For whom the tracker's name is looked up.</summary>
    public NameRequester Requester => new(IsUsers ? NameSource.User : NameSource.Tracker, Owner);

    /// <summary>Source of time; default the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Longest time of one HTTP request with all its redirects; default 30 s.</summary>
    public TimeSpan HttpTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// First time-out of a UDP request, doubled at each repetition; default 4 s. BEP 15 says 15 s, but the next tracker is asked after 10 s, and
    /// a datagram that was lost should have been repeated by then.
    /// </summary>
    public TimeSpan UdpTimeout { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Why no request is sent to an address, or null when it may be.</summary>
    /// <param name="address">Where the tracker's name leads now.</param>
    /// <param name="path">The path of the tracker's URL.</param>
    public string? AddressFault(IPAddress address, string path) => IsUsers ? null : Addresses.TrackerFault(address, path);
}
