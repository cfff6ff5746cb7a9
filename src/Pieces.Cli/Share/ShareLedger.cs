using System.Net;
using Pieces.Primitives;
using Pieces.Torrents;
using Pieces.Trackers.Server;

namespace Pieces.Cli.Share;

/// <summary>
/// Counts complete downloads by others. There are two witnesses: the peer's own connection, and the tracker it reports to. Both may tell of one download, and a
/// program need not call itself the same to both, so that port and address decide as well. In doubt it is one. Safe for all threads.
/// </summary>
internal sealed class ShareLedger
{
    private readonly Lock _gate = new();
    private readonly List<Download> _downloads = [];

    /// <summary>Downloads so far.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _downloads.Count;
        }
    }

    /// <summary>A connected peer has everything.</summary>
    /// <returns>Whether that is news.</returns>
    public bool Saw(PeerNotice peer) => Add(new Download(Witness.Connection, peer.Id, Plain(peer.Address.Address), peer.ListenPort));

    /// <summary>A peer told the tracker that it has everything.</summary>
    /// <returns>Whether that is news.</returns>
    public bool Heard(TrackedPeer peer) => Add(new Download(Witness.Tracker, peer.Id, Plain(peer.Address.Address), peer.Address.Port));

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private bool Add(Download told)
    {
        lock (_gate)
        {
            int known = _downloads.FindIndex(download => IsSame(download, told));
            if (known < 0)
            {
                _downloads.Add(told);
                return true;
            }

            _downloads[known] = _downloads[known] with { By = _downloads[known].By | told.By, Port = _downloads[known].Port ?? told.Port };
            return false;
        }
    }

    private static bool IsSame(Download known, Download told)
    {
        if (told.Id is not null && known.Id is not null && known.Id.Value.Equals(told.Id.Value))
            return true;
        if ((known.By & told.By) != 0)
            return false;
        if (known.Address.Equals(told.Address))
            return known.Port is null || told.Port is null || known.Port == told.Port;
        return known.Port is not null && known.Port == told.Port && known.Address.AddressFamily != told.Address.AddressFamily;
    }

    [Flags]
    private enum Witness
    {
        Connection = 1,
        Tracker = 2,
    }

    private readonly record struct Download(Witness By, PeerId? Id, IPAddress Address, int? Port);
}
