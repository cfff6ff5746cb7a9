using System.Net;
using Pieces.Primitives;
using Pieces.Trackers;

namespace Pieces.Cli.Tracker;

/// <summary>Answers HTTP announces and scrapes (BEP 3, 7, 23, 48) from a table. Pure but for the table: a request's target in, bencode out.</summary>
internal sealed class HttpAnnounceHandler
{
    /// <summary>Peers named when the asker does not say how many it wants.</summary>
    public const int DefaultWanted = 50;

    /// <summary>Most swarms of one scrape.</summary>
    public const int MaxScraped = 64;

    private readonly AnnounceTable _table;
    private readonly TimeSpan _minInterval;

    public HttpAnnounceHandler(AnnounceTable table, TimeSpan minInterval)
    {
        _table = table;
        _minInterval = minInterval;
    }

    /// <summary>Answers a request.</summary>
    /// <param name="target">The request's target as it came, not decoded.</param>
    /// <param name="from">Who asks; the only address that is believed.</param>
    /// <returns>Bencode, or null when there is nothing at this path.</returns>
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

    private static byte[] Failure(string reason) => new BencodeText().Dictionary().Text("failure reason").Text(reason).End().ToArray();

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
        if (query.First("info_hash") is not { Length: InfoHash.Length } infoHash)
            return Failure($"info_hash is missing or not {InfoHash.Length} bytes long");
        if (query.First("peer_id") is not { Length: PeerId.Length } peerId)
            return Failure($"peer_id is missing or not {PeerId.Length} bytes long");
        if (query.Number("port") is not { } port || port > IPEndPoint.MaxPort)
            return Failure("port is missing or not a number from 0 to 65535");
        if (EventOf(query.First("event")) is not { } announceEvent)
            return Failure("event is none of started, completed, stopped");

        var peer = new TrackedPeer(PeerId.FromBytes(peerId), new IPEndPoint(from, (int)port));
        int wanted = (int)Math.Min(query.Number("numwant") ?? DefaultWanted, int.MaxValue);
        AnnounceTableAnswer? answer = _table.Announce(InfoHash.FromBytes(infoHash), peer, announceEvent, query.Number("left") ?? 1, wanted);
        if (answer is null)
            return Failure("this tracker is full");
        return query.First("compact") is [(byte)'0'] ? Listed(answer, query.First("no_peer_id") is [(byte)'1']) : Compact(answer);
    }

    private BencodeText Head(AnnounceTableAnswer answer) => new BencodeText().Dictionary()
        .Number("complete", answer.Counts.Seeders)
        .Number("downloaded", answer.Counts.Completed)
        .Number("incomplete", answer.Counts.Leechers)
        .Number("interval", (long)_table.Interval.TotalSeconds)
        .Number("min interval", (long)_minInterval.TotalSeconds);

    private byte[] Compact(AnnounceTableAnswer answer)
    {
        BencodeText text = Head(answer).Text("peers").Bytes(PackedPeers.Of(answer.PeersV4));
        if (answer.PeersV6.Length > 0)
            text.Text("peers6").Bytes(PackedPeers.Of(answer.PeersV6));
        return text.End().ToArray();
    }

    private byte[] Listed(AnnounceTableAnswer answer, bool withoutId)
    {
        BencodeText text = Head(answer).Text("peers").List();
        byte[] id = new byte[PeerId.Length];
        foreach (TrackedPeer peer in answer.PeersV4.AddRange(answer.PeersV6))
        {
            text.Dictionary().Text("ip").Text(peer.Address.Address.ToString());
            if (!withoutId)
            {
                peer.Id.CopyTo(id);
                text.Text("peer id").Bytes(id);
            }

            text.Number("port", peer.Address.Port).End();
        }

        return text.End().End().ToArray();
    }

    private byte[] Scrape(RawQuery query)
    {
        byte[][] wanted = [.. query.All("info_hash").Where(value => value.Length == InfoHash.Length).Take(MaxScraped)];
        if (wanted.Length == 0)
            return Failure($"info_hash is missing or not {InfoHash.Length} bytes long");

        // Keys of a dictionary stand in order and once.
        BencodeText text = new BencodeText().Dictionary().Text("files").Dictionary();
        foreach (string hash in wanted.Select(Convert.ToHexString).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            byte[] bytes = Convert.FromHexString(hash);
            if (_table.Scrape(InfoHash.FromBytes(bytes)) is { } counts)
                text.Bytes(bytes).Dictionary().Number("complete", counts.Seeders).Number("downloaded", counts.Completed).Number("incomplete", counts.Leechers).End();
        }

        return text.End().End().ToArray();
    }
}
