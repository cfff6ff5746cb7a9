using Pieces.Net;

namespace Pieces.Discovery;

/// <summary>A multicast socket on one interface.</summary>
/// <param name="Socket">The socket.</param>
/// <param name="Group">The group to send to.</param>
/// <param name="HearsGroupAlone">Whether it receives only datagrams sent to the group, not those sent to this machine's own addresses.</param>
internal sealed record LocalSocket(IDatagramSocket Socket, CompactEndPoint Group, bool HearsGroupAlone);

/// <summary>The network interfaces of this machine.</summary>
internal interface ILocalNetwork
{
    /// <summary>A text that changes whenever the interfaces change.</summary>
    /// <exception cref="IOException">The system does not list its interfaces.</exception>
    string Describe();

    /// <summary>Opens a socket on each interface where that is possible.</summary>
    /// <param name="onFault">Receives the reason for each interface where it is not.</param>
    /// <exception cref="IOException">The system does not list its interfaces.</exception>
    IReadOnlyList<LocalSocket> Open(Action<string> onFault);
}
