using Pieces.Discovery;
using Pieces.Net;

namespace Pieces;

/// <summary>The network that a client lives in: the system's, or in tests one in memory.</summary>
internal sealed record ClientNetwork
{
    /// <summary>Opens sockets and resolves host names.</summary>
    public required Outbound Outbound { get; init; }

    /// <summary>Decides which addresses are used, and for what; default one that blocks none.</summary>
    public AddressPolicy Addresses { get; init; } = new();

    /// <summary>Carries streams between peers.</summary>
    public required ITransport Transport { get; init; }

    /// <summary>
    /// Opens a UDP socket of IPv6 (true) or IPv4 on a port. Returns null where there is no such family, and throws an <see cref="IOException"/> where
    /// the port is taken.
    /// </summary>
    public required Func<bool, int, IDatagramSocket?> OpenUdp { get; init; }

    /// <summary>The links on which peers of the local network are found; null where there are none.</summary>
    public ILocalNetwork? LocalNetwork { get; init; }

    /// <summary>Whether it exists only in this process; keys then come from the seeded random numbers, so that a run can be repeated.</summary>
    public bool IsSimulated { get; init; }

    /// <summary>The network of the system, with every socket bound as the options say.</summary>
    public static ClientNetwork OfSystem(TorrentClientOptions options)
    {
        var outbound = new Outbound(options.Binding, time: options.TimeProvider);
        return new ClientNetwork
        {
            Outbound = outbound,
            Addresses = new AddressPolicy(own: new OwnNetworks(options.Binding, options.TimeProvider)),
            Transport = new TcpTransport(outbound, options.TimeProvider, options.Logger),
            OpenUdp = outbound.OpenUdp,
            LocalNetwork = new MulticastNetwork(outbound),
        };
    }
}
