using System.Collections.Concurrent;
using System.Net;
using Pieces.Torrents;

namespace Pieces.Tests.Support;

/// <summary>A whole client with one torrent, usually on a host of its own.</summary>
internal sealed class SwarmMember(string address, string folder, TorrentClient client, Torrent torrent, SwarmNotices notices)
{
    public string Address { get; } = address;

    public IPEndPoint EndPoint => new(IPAddress.Parse(Address), Client.ListenPort);

    /// <summary>The output folder of the torrent.</summary>
    public string Folder { get; } = folder;

    public TorrentClient Client { get; } = client;

    public Torrent Torrent { get; } = torrent;

    public SwarmNotices Notices { get; } = notices;

    public TorrentSnapshot Now => Torrent.Snapshot;

    public bool IsDone => Torrent.Completion.IsCompleted;

    public IEnumerable<string> Banned =>
        Notices.Of<PeerNotice>().Where(notice => notice.Change == PeerChange.Banned).Select(notice => notice.Address.Address.ToString());

    public int BadPieces => Notices.Of<WarningNotice>().Count(notice => notice.Message.Contains("wrong hash", StringComparison.Ordinal));

    /// <summary>Number of connections with a peer that were accepted so far.</summary>
    public int ConnectionsOf(string peer) => CountOf(peer, PeerChange.Connected);

    /// <summary>Number of connections with a peer that have ended.</summary>
    public int ClosedOf(string peer) => CountOf(peer, PeerChange.Closed);

    private int CountOf(string peer, PeerChange change) =>
        Notices.Of<PeerNotice>().Count(notice => notice.Change == change && notice.Address.Address.Equals(IPAddress.Parse(peer)));
}

/// <summary>Records every notice of a torrent.</summary>
internal sealed class SwarmNotices : IProgress<TorrentNotice>
{
    private readonly ConcurrentQueue<TorrentNotice> _all = new();

    public void Report(TorrentNotice value) => _all.Enqueue(value);

    public IEnumerable<T> Of<T>()
        where T : TorrentNotice => _all.OfType<T>();
}
