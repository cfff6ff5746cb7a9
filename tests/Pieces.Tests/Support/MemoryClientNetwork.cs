using System.Net;
using System.Net.Sockets;
using Pieces.Net;

namespace Pieces.Tests.Support;

/// <summary>Makes the network of a client that must not touch the system's.</summary>
internal static class MemoryClientNetwork
{
    /// <summary>A network in memory.</summary>
    /// <param name="transport">Carries the streams.</param>
    /// <param name="openUdp">Opens UDP sockets; default none.</param>
    /// <param name="resolve">Resolves names; by default there are none.</param>
    public static ClientNetwork Of(ITransport transport, Func<bool, int, IDatagramSocket?>? openUdp = null, HostResolver? resolve = null) => new()
    {
        Outbound = new Outbound(resolve: resolve ?? ((_, _) => Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound)))),
        Transport = transport,
        OpenUdp = openUdp ?? ((_, _) => null),
        IsSimulated = true,
    };
}
