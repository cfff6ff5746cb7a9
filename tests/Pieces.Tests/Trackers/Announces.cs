using System.Net;
using Pieces.Primitives;
using Pieces.Trackers;

namespace Pieces.Tests.Trackers;

/// <summary>Announces for tests.</summary>
internal static class Announces
{
    public static readonly SwarmKey InfoHash = SwarmKey.FromBytes("bittorrent-infohash-"u8);

    public static readonly PeerId PeerId = PeerId.FromBytes("bittorrent-peer-id--"u8);

    public static AnnounceRequest Of(AnnounceEvent announceEvent = AnnounceEvent.Started, int port = 6889, long left = 1000) =>
        new(InfoHash, PeerId, port, new AnnounceCounters(1, 2, left), announceEvent, 50, 1000000007, default);

    public static AnnounceResponse Response(int peers = 0, double? interval = null, double? minInterval = null) => new()
    {
        Peers = [.. Enumerable.Range(1, peers).Select(i => new IPEndPoint(new IPAddress([10, 0, 0, (byte)i]), 6881))],
        Interval = interval is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        MinInterval = minInterval is { } least ? TimeSpan.FromSeconds(least) : null,
    };
}
