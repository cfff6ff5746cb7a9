using System.Net;
using System.Net.Sockets;
using Pieces.Net;

namespace Pieces.Tests.Support;

/// <summary>Creates the network of a client that must not use the network of the system.</summary>
internal static class MemoryClientNetwork
{
    /// <summary>Creates a network in memory.</summary>
    /// <param name="transport">Carries the streams.</param>
    /// <param name="openUdp">Opens UDP sockets; by default there are none.</param>
    /// <param name="resolve">Resolves host names; by default no name resolves.</param>
    public static ClientNetwork Of(ITransport transport, Func<bool, int, IDatagramSocket?>? openUdp = null, HostResolver? resolve = null) => new()
    {
        Outbound = new Outbound(resolve: resolve ?? ((_, _) => Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound)))),
        Transport = transport,
        OpenUdp = openUdp ?? ((_, _) => null),
        IsSimulated = true,
    };
}
