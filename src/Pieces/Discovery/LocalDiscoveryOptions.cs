using System.Net;
using Pieces.Net;
using Serilog;

namespace Pieces.Discovery;

/// <summary>What local discovery works with. Immutable.</summary>
internal sealed record LocalDiscoveryOptions
{
    /// <summary>The groups of BEP 14, IPv4 first.</summary>
    public static IReadOnlyList<MulticastGroup> StandardGroups =>
    [
        new(new IPEndPoint(IPAddress.Parse("239.192.152.143"), 6771)),
        new(new IPEndPoint(IPAddress.Parse("ff15::efc0:988f"), 6771)),
    ];

    public required TimeProvider TimeProvider { get; init; }

    /// <summary>Chance, used by local discovery alone.</summary>
    public required Random Random { get; init; }

    public required ILogger Logger { get; init; }

    /// <summary>The port on which peers reach us; in the local network that is the one of the listener.</summary>
    public required PortState Ports { get; init; }

    /// <summary>Opens what the network of the moment needs; gives the same again while nothing has changed.</summary>
    public required ILocalNetwork Network { get; init; }
}
