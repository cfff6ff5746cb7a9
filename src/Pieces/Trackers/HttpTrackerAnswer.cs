using System.Net;
using Pieces.Bencode;
using Pieces.Metadata;
using Pieces.Net;
using Pieces.Primitives;

namespace Pieces.Trackers;

/// <summary>Decodes the responses of HTTP trackers: announce (BEP 3, 7, 23, 31) and scrape (BEP 48). Uses no sockets and no clock.</summary>
internal static class HttpTrackerAnswer
{
    /// <summary>Maximum number of bencoded values in one response; a thousand peers in dictionary form take about 7,000.</summary>
    public const int MaxNodes = 32 * 1024;

    /// <summary>Maximum length of a <c>tracker id</c> that is stored and sent back, in bytes; a longer one is ignored.</summary>
    public const int MaxTrackerIdLength = 256;

    /// <summary>Maximum number of peers with host names used per response; the rest are ignored.</summary>
    public const int MaxNames = 8;

    private const long MaxSeconds = 30 * 24 * 3600;

    /// <summary>Decodes the response to an announce.</summary>
    /// <exception cref="TrackerException">The response is malformed, or the tracker reports a failure.</exception>
    public static AnnounceResponse ReadAnnounce(HttpStatusCode status, ReadOnlyMemory<byte> body, AddressPolicy addresses)
    {
        BencodeNode root = ReadRoot(status, body);
        var peers = new List<IPEndPoint>();
        var names = new List<DnsEndPoint>();
        if (root.TryGet("peers"u8, out BencodeNode listed))
            ReadPeers(listed, CompactPeers.LengthV4, addresses, peers, names);
        if (root.TryGet("peers6"u8, out BencodeNode listed6))
            ReadPeers(listed6, CompactPeers.LengthV6, addresses, peers, names);
        return new AnnounceResponse
        {
            Peers = peers,
            Names = names,
            Oddity = root.Oddity,
            Interval = Seconds(root, "interval"u8),
            MinInterval = Seconds(root, "min interval"u8),
            Seeders = Count(root, "complete"u8),
            Leechers = Count(root, "incomplete"u8),
            Warning = root.TryGetBytes("warning message"u8, out ReadOnlySpan<byte> warning) ? TrackerText.Clean(warning) : null,
            TrackerId = root.TryGetMemory("tracker id"u8, out ReadOnlyMemory<byte> id) && id.Length <= MaxTrackerIdLength ? id.ToArray() : default,
        };
    }

    /// <summary>Decodes the response to a scrape of one swarm.</summary>
    /// <exception cref="TrackerException">The response is malformed, does not contain the swarm, or reports a failure.</exception>
    public static ScrapeResponse ReadScrape(HttpStatusCode status, ReadOnlyMemory<byte> body, SwarmKey infoHash)
    {
        BencodeNode root = ReadRoot(status, body);
        Span<byte> key = stackalloc byte[SwarmKey.Length];
        infoHash.CopyTo(key);
        if (!root.TryGetDictionary("files"u8, out BencodeNode files) || !files.TryGetDictionary(key, out BencodeNode counts))
            throw new TrackerException("does not know this torrent");
        return new ScrapeResponse(
            Count(counts, "complete"u8) ?? 0, Count(counts, "downloaded"u8) ?? 0, Count(counts, "incomplete"u8) ?? 0);
    }

    private static BencodeNode ReadRoot(HttpStatusCode status, ReadOnlyMemory<byte> body)
    {
        // A response is not hashed, so one irregular number must not make us lose its peers. Some trackers append a line feed to the response, and
        // some send the failure reason with a 4xx status.
        bool isDictionary = BencodeReader.TryReadPrefix(body, out BencodeNode root, out _, MaxNodes, BencodeUse.Lenient)
            && root.Kind == BencodeKind.Dictionary;
        if (isDictionary && root.TryGetBytes("failure reason"u8, out ReadOnlySpan<byte> reason))
            throw Refusal(root, reason);
        if (status != HttpStatusCode.OK)
            throw new TrackerException($"responded with {(int)status}");
        if (!isDictionary)
            throw new TrackerException(body.IsEmpty ? "sent an empty response" : "sent a response that is not a tracker's");
        return root;
    }

    private static TrackerException Refusal(BencodeNode root, ReadOnlySpan<byte> reason)
    {
        root.TryGet("retry in"u8, out BencodeNode retry);
        bool never = retry.TryGetBytes(out ReadOnlySpan<byte> word) && word.SequenceEqual("never"u8);
        TimeSpan? retryIn = retry.TryGetInteger(out long minutes) && minutes > 0 ? TimeSpan.FromMinutes(Math.Min(minutes, MaxSeconds / 60)) : null;
        return new TrackerException(TrackerText.Refusal(reason)) { IsRefusal = true, IsFinal = never, RetryIn = retryIn };
    }

    private static void ReadPeers(BencodeNode listed, int peerLength, AddressPolicy addresses, List<IPEndPoint> peers, List<DnsEndPoint> names)
    {
        if (listed.TryGetBytes(out ReadOnlySpan<byte> compact))
            CompactPeers.Read(compact, peerLength, addresses, peers);
        foreach (BencodeNode peer in listed.Items)
        {
            // The port is checked before it is cast to int.
            if (!peer.TryGetInteger("port"u8, out long port) || port is <= 0 or > IPEndPoint.MaxPort || !peer.TryGetText("ip"u8, out string? host))
                continue;
            if (IPAddress.TryParse(host, out IPAddress? address))
                CompactPeers.Add(address, (int)port, addresses, peers);
            else if (names.Count < MaxNames && MagnetAddress.IsHostName(host))
                names.Add(new DnsEndPoint(host, (int)port));
        }
    }

    private static TimeSpan? Seconds(BencodeNode root, ReadOnlySpan<byte> key) =>
        root.TryGetInteger(key, out long seconds) && seconds > 0 ? TimeSpan.FromSeconds(Math.Min(seconds, MaxSeconds)) : null;

    private static long? Count(BencodeNode root, ReadOnlySpan<byte> key) => root.TryGetInteger(key, out long count) && count >= 0 ? count : null;
}
