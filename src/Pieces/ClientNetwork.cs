using Pieces.Discovery;
using Pieces.Net;

namespace Pieces;

/// <summary>The network that a client uses: the system's, or an in-memory one in tests.</summary>
internal sealed record ClientNetwork
{
    /// <summary>Opens sockets and resolves host names.</summary>
    public required Outbound Outbound { get; init; }

    /// <summary>Decides which addresses may be used for which purpose. Default: a policy that blocks none.</summary>
    public AddressPolicy Addresses { get; init; } = new();

    /// <summary>Opens and accepts byte streams between peers.</summary>
    public required ITransport Transport { get; init; }

    /// <summary>
    /// Opens a UDP socket of IPv6 (true) or IPv4 on a port. Returns null if the family is not available, and throws an <see cref="IOException"/> if
    /// the port is in use.
    /// </summary>
    public required Func<bool, int, IDatagramSocket?> OpenUdp { get; init; }

    /// <summary>The interfaces used for local peer discovery; null if there are none.</summary>
    public ILocalNetwork? LocalNetwork { get; init; }

    /// <summary>Whether it is simulated in this process. Encryption keys then come from the seeded random numbers, so that a run can be
    /// repeated.</summary>
    public bool IsSimulated { get; init; }

    /// <summary>The network of the system, with every socket bound as the options say.</summary>
    public static ClientNetwork OfSystem(TorrentClientOptions options)
    {
        var outbound = new Outbound(options.Binding, time: options.TimeProvider);
        return new ClientNetwork
        {
            Outbound = outbound,
            Addresses = new AddressPolicy(own: new OwnNetworks(options.Binding, options.TimeProvider)),
            Transport = new TcpTransport(outbound, options.TimeProvider, options.CreateLogger()),
            OpenUdp = outbound.OpenUdp,
            LocalNetwork = new MulticastNetwork(outbound),
        };
    }
}
