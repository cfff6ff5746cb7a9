using System.Net;
using Pieces.Bencode;
using Pieces.Primitives;

namespace Pieces.Trackers.Server;

/// <summary>
/// Answers HTTP announces and scrapes (BEP 3, 7, 23, 48) from a table. It only converts the target of a request to a bencoded response body.
/// </summary>
internal sealed class HttpAnnounceHandler
{
    /// <summary>Number of returned peers if the request has no <c>numwant</c>.</summary>
    public const int DefaultWanted = 50;

    /// <summary>Maximum number of swarms per scrape; the rest are ignored.</summary>
    public const int MaxScraped = 64;

    private readonly AnnounceTable _table;
    private readonly TimeSpan _minInterval;

    public HttpAnnounceHandler(AnnounceTable table, TimeSpan minInterval)
    {
        _table = table;
        _minInterval = minInterval;
    }

    /// <summary>Answers a request.</summary>
    /// <param name="target">The request's target as received, not decoded.</param>
    /// <param name="from">Address of the client; an address in the query is ignored.</param>
    /// <returns>The bencoded response body, or null if the path does not exist.</returns>
    public byte[]? Answer(string target, IPAddress from)
    {
        int question = target.IndexOf('?', StringComparison.Ordinal);
        return (question < 0 ? target : target[..question]) switch
        {
            "/announce" => Announce(new RawQuery(target), from),
            "/scrape" => Scrape(new RawQuery(target)),
            _ => null,
        };
    }

    private static byte[] Failure(string reason) => BencodeWriter.Encode(writer =>
    {
        writer.BeginDictionary();
        writer.Text("failure reason"u8, reason);
        writer.End();
    });

    private static AnnounceEvent? EventOf(byte[]? name) => name switch
    {
        null or [] => AnnounceEvent.None,
        _ when name.AsSpan().SequenceEqual("started"u8) => AnnounceEvent.Started,
        _ when name.AsSpan().SequenceEqual("completed"u8) => AnnounceEvent.Completed,
        _ when name.AsSpan().SequenceEqual("stopped"u8) => AnnounceEvent.Stopped,
        _ when name.AsSpan().SequenceEqual("empty"u8) || name.AsSpan().SequenceEqual("paused"u8) => AnnounceEvent.None,
        _ => null,
    };

    private byte[] Announce(RawQuery query, IPAddress from)
    {
        if (query.First("info_hash") is not { Length: SwarmKey.Length } infoHash)
            return Failure($"info_hash is missing or not {SwarmKey.Length} bytes long");
        if (query.First("peer_id") is not { Length: PeerId.Length } peerId)
            return Failure($"peer_id is missing or not {PeerId.Length} bytes long");
        if (query.Number("port") is not { } port || port > IPEndPoint.MaxPort)
            return Failure("port is missing or not a number from 0 to 65535");
        if (EventOf(query.First("event")) is not { } announceEvent)
            return Failure("event is not one of started, completed, stopped");

        var peer = new TrackedPeer(PeerId.FromBytes(peerId), new IPEndPoint(from, (int)port));
        int wanted = (int)Math.Min(query.Number("numwant") ?? DefaultWanted, int.MaxValue);
        AnnounceTableAnswer? answer = _table.Announce(SwarmKey.FromBytes(infoHash), peer, announceEvent, query.Number("left") ?? 1, wanted);
        if (answer is null)
            return Failure("this tracker is full");
        bool isListed = query.First("compact") is [(byte)'0'];
        bool withoutId = query.First("no_peer_id") is [(byte)'1'];
        return BencodeWriter.Encode(writer => Write(writer, answer, isListed, withoutId));
    }

    private void Write(BencodeWriter writer, AnnounceTableAnswer answer, bool isListed, bool withoutId)
    {
        writer.BeginDictionary();
        writer.Integer("complete"u8, answer.Counts.Seeders);
        writer.Integer("downloaded"u8, answer.Counts.Completed);
        writer.Integer("incomplete"u8, answer.Counts.Leechers);
        writer.Integer("interval"u8, (long)_table.Interval.TotalSeconds);
        writer.Integer("min interval"u8, (long)_minInterval.TotalSeconds);
        if (isListed)
            WriteList(writer, answer, withoutId);
        else
            WriteCompact(writer, answer);
        writer.End();
    }

    private static void WriteCompact(BencodeWriter writer, AnnounceTableAnswer answer)
    {
        writer.Bytes("peers"u8, CompactPeers.Write([.. answer.PeersV4.Select(peer => peer.Address)]));
        if (answer.PeersV6.Length > 0)
            writer.Bytes("peers6"u8, CompactPeers.Write([.. answer.PeersV6.Select(peer => peer.Address)]));
    }

    private static void WriteList(BencodeWriter writer, AnnounceTableAnswer answer, bool withoutId)
    {
        byte[] id = new byte[PeerId.Length];
        writer.Key("peers"u8);
        writer.BeginList();
        foreach (TrackedPeer peer in answer.PeersV4.AddRange(answer.PeersV6))
        {
            writer.BeginDictionary();
            writer.Text("ip"u8, peer.Address.Address.ToString());
            if (!withoutId)
            {
                peer.Id.CopyTo(id);
                writer.Bytes("peer id"u8, id);
            }

            writer.Integer("port"u8, peer.Address.Port);
            writer.End();
        }

        writer.End();
    }

    private byte[] Scrape(RawQuery query)
    {
        byte[][] wanted = [.. query.All("info_hash").Where(value => value.Length == SwarmKey.Length).Take(MaxScraped)];
        if (wanted.Length == 0)
            return Failure($"info_hash is missing or not {SwarmKey.Length} bytes long");

        // Dictionary keys must be sorted and unique.
        IEnumerable<string> sorted = wanted.Select(Convert.ToHexString).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        return BencodeWriter.Encode(writer =>
        {
            writer.BeginDictionary();
            writer.Key("files"u8);
            writer.BeginDictionary();
            foreach (byte[] infoHash in sorted.Select(Convert.FromHexString))
            {
                if (_table.Scrape(SwarmKey.FromBytes(infoHash)) is { } counts)
                    WriteCounts(writer, infoHash, counts);
            }

            writer.End();
            writer.End();
        });
    }

    private static void WriteCounts(BencodeWriter writer, byte[] infoHash, SwarmCounts counts)
    {
        writer.Key(infoHash);
        writer.BeginDictionary();
        writer.Integer("complete"u8, counts.Seeders);
        writer.Integer("downloaded"u8, counts.Completed);
        writer.Integer("incomplete"u8, counts.Leechers);
        writer.End();
    }
}
