using System.Net;
using Microsoft.Extensions.Logging;
using Pieces.Net;

namespace Pieces.Discovery;

/// <summary>Dependencies of local discovery. Immutable.</summary>
internal sealed record LocalDiscoveryOptions
{
    /// <summary>The multicast groups of BEP 14, IPv4 first.</summary>
    public static IReadOnlyList<MulticastGroup> StandardGroups =>
    [
        new(new IPEndPoint(IPAddress.Parse("239.192.152.143"), 6771)),
        new(new IPEndPoint(IPAddress.Parse("ff15::efc0:988f"), 6771)),
    ];

    public required TimeProvider TimeProvider { get; init; }

    /// <summary>Random numbers; must not be shared with other objects.</summary>
    public required Random Random { get; init; }

    public required ILogger Logger { get; init; }

    /// <summary>Our listen ports; in the local network the port of the listener is announced.</summary>
    public required PortState Ports { get; init; }

    /// <summary>Opens the sockets.</summary>
    public required ILocalNetwork Network { get; init; }
}
