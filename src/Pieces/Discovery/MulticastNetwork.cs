using Pieces.Net;

namespace Pieces.Discovery;

/// <summary>The real interfaces of this machine, with the multicast groups of BEP 14.</summary>
internal sealed class MulticastNetwork : ILocalNetwork
{
    /// <summary>Maximum number of interfaces used per address family.</summary>
    public const int MaxLinks = 8;

    private readonly Outbound _outbound;
    private readonly IReadOnlyList<MulticastGroup> _groups = LocalDiscoveryOptions.StandardGroups;

    /// <summary>Uses all interfaces, or only the one to which every socket is bound.</summary>
    public MulticastNetwork(Outbound outbound) => _outbound = outbound;

    /// <inheritdoc/>
    public string Describe() =>
        string.Join(' ', _groups.SelectMany(group => group.Links(_outbound.Binding, MaxLinks)).Select(link => $"{link.Index}={link.Address}"));

    /// <inheritdoc/>
    public IReadOnlyList<LocalSocket> Open(Action<string> onFault)
    {
        var sockets = new List<LocalSocket>();
        foreach (MulticastGroup group in _groups)
        {
            foreach (MulticastGroup.Link link in group.Links(_outbound.Binding, MaxLinks))
            {
                try
                {
                    UdpDatagramSocket socket = group.Open(link, _outbound);
                    sockets.Add(new LocalSocket(socket, CompactEndPoint.From(group.EndPoint), HearsGroupAlone: !OperatingSystem.IsWindows()));
                }
                catch (IOException e)
                {
                    onFault($"{link.Address}: {e.Message}");
                }
            }
        }

        return sockets;
    }
}
