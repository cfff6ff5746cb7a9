using Pieces.Net;

namespace Pieces.Discovery;

/// <summary>A socket that hears and reaches everybody on one link.</summary>
/// <param name="Socket">The socket.</param>
/// <param name="Group">Where to send.</param>
/// <param name="HearsGroupAlone">Whether nothing comes to it that was sent to this machine alone, perhaps from far away.</param>
internal sealed record LocalSocket(IDatagramSocket Socket, CompactEndPoint Group, bool HearsGroupAlone);

/// <summary>The links of this machine.</summary>
internal interface ILocalNetwork
{
    /// <summary>A text that differs when the links have changed.</summary>
    /// <exception cref="IOException">The system does not say.</exception>
    string Describe();

    /// <summary>Opens a socket for each link where that is possible; says of the others why not.</summary>
    /// <param name="onFault">Hears it.</param>
    /// <exception cref="IOException">The system does not say which links there are.</exception>
    IReadOnlyList<LocalSocket> Open(Action<string> onFault);
}
