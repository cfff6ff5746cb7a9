using Pieces.Net;

namespace Pieces.Trackers;

/// <summary>How trackers are reached. Immutable; every default is given at its member.</summary>
internal sealed record TrackerSettings
{
    /// <summary>Opens sockets and resolves host names.</summary>
    public required Outbound Outbound { get; init; }

    /// <summary>Decides which peers are taken from responses.</summary>
    public required AddressPolicy Addresses { get; init; }

    /// <summary>Source of time; default the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Longest time of one HTTP request with all its redirects; default 30 s.</summary>
    public TimeSpan HttpTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>First time-out of a UDP request, doubled at each repetition (BEP 15); default 15 s.</summary>
    public TimeSpan UdpTimeout { get; init; } = TimeSpan.FromSeconds(15);
}
