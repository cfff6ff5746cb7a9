using System.Text;
using Pieces.Dht.Messages;
using Pieces.Dht.Routing;
using Pieces.Net;

namespace Pieces.Dht.Queries;

/// <summary>
/// Answers queries. A reply is never longer than <see cref="MaxLength"/> bytes, and an announce is accepted only with a valid token.
/// </summary>
internal sealed class QueryAnswerer
{
    /// <summary>Maximum length of a reply in bytes (BEP 32).</summary>
    public const int MaxLength = 1024;

    // Bytes of a reply besides nodes and peers: keys, ids, the token, the keys of the filters, and the longest echoed transaction id.
    private const int Overhead = 180;

    // Length in bytes of a bencoded peer, length prefix included.
    private const int ValueLengthV4 = CompactEndPoint.LengthV4 + 2;
    private const int ValueLengthV6 = CompactEndPoint.LengthV6 + 3;

    private readonly DhtShared _shared;
    private readonly TokenMint _tokens = new();

    public QueryAnswerer(DhtShared shared)
    {
        _shared = shared;
        Peers = new PeerStore(shared.Random);
        Own = new OwnSwarms(shared);
    }

    /// <summary>Peers that were announced to us.</summary>
    public PeerStore Peers { get; }

    /// <summary>The swarms of which we are a peer.</summary>
    public OwnSwarms Own { get; }

    /// <summary>The reply datagram to a query; valid until the next use of the writer.</summary>
    public ReadOnlyMemory<byte> Answer(KrpcQuery query, CompactEndPoint asker)
    {
        KrpcReply reply = Plain(query.Transaction, asker);
        return query.Method switch
        {
            KrpcMethod.FindNode => _shared.Writer.Write(WithNodes(reply, query, asker, out _)),
            KrpcMethod.GetPeers => _shared.Writer.Write(WithPeers(reply, query, asker)),
            KrpcMethod.AnnouncePeer => Announced(reply, query, asker),
            _ => _shared.Writer.Write(reply),
        };
    }

    /// <summary>An error datagram; valid until the next use of the writer.</summary>
    public ReadOnlyMemory<byte> Refuse(ReadOnlyMemory<byte> transaction, int code, string reason) =>
        _shared.Writer.Write(new KrpcFault { Transaction = transaction, Code = code, Text = Encoding.ASCII.GetBytes(reason) });

    private KrpcReply Plain(ReadOnlyMemory<byte> transaction, CompactEndPoint asker) =>
        new() { Transaction = transaction, Sender = _shared.FamilyOf(asker).Id, External = asker };

    private KrpcReply WithNodes(KrpcReply reply, KrpcQuery query, CompactEndPoint asker, out int length)
    {
        KrpcWant want = query.Want != KrpcWant.None ? query.Want : asker.IsV6 ? KrpcWant.V6 : KrpcWant.V4;
        List<NodeContact>? nodes = want.HasFlag(KrpcWant.V4) ? Closest(_shared.V4, query, asker) : null;
        List<NodeContact>? nodes6 = want.HasFlag(KrpcWant.V6) ? Closest(_shared.V6, query, asker) : null;
        length = ((nodes?.Count ?? 0) * NodeContact.LengthV4) + ((nodes6?.Count ?? 0) * NodeContact.LengthV6);
        return reply with { Nodes = nodes, Nodes6 = nodes6 };
    }

    // Local addresses are useless to a node outside our network and must not be disclosed to it.
    private List<NodeContact> Closest(DhtFamily family, KrpcQuery query, CompactEndPoint asker)
    {
        List<NodeContact> nodes = family.Table.Closest(query.Target, Bucket.Size, _shared.Now);
        nodes.RemoveAll(node => node.EndPoint == asker || !_shared.Believes(node.EndPoint, asker));
        return nodes;
    }

    private KrpcReply WithPeers(KrpcReply reply, KrpcQuery query, CompactEndPoint asker)
    {
        (ScrapeFilter Seeds, ScrapeFilter Peers)? counts = query.WantsCounts ? Peers.CountsOf(query.Target) : null;
        // With the filters there is room only for nodes of the querying node's own family (BEP 33).
        KrpcReply full = WithNodes(reply, counts is null ? query : query with { Want = KrpcWant.None }, asker, out int length);
        int room = MaxLength - Overhead - length - (counts is null ? 0 : 2 * ScrapeFilter.Length);
        int most = room / (asker.IsV6 ? ValueLengthV6 : ValueLengthV4);
        List<CompactEndPoint> peers = Peers.Pick(query.Target, Math.Max(0, most), asker.IsV6, query.WantsNoSeeds, _shared.Now);
        peers.RemoveAll(peer => !_shared.Believes(peer, asker));
        if (most > 0 && Own.PeerFor(query.Target, asker, query.WantsNoSeeds) is { } ourselves && !peers.Contains(ourselves))
        {
            if (peers.Count == most)
                peers.RemoveAt(0);
            peers.Add(ourselves);
        }

        return full with
        {
            Token = _tokens.Make(asker, _shared.Now),
            Values = peers.Count > 0 ? peers : null,
            SeedFilter = counts?.Seeds.Bytes ?? default,
            PeerFilter = counts?.Peers.Bytes ?? default,
        };
    }

    private ReadOnlyMemory<byte> Announced(KrpcReply reply, KrpcQuery query, CompactEndPoint asker)
    {
        if (!_tokens.IsGood(query.Token.Span, asker, _shared.Now))
            return Refuse(query.Transaction, KrpcFault.Protocol, "bad token");
        CompactEndPoint peer = query.IsPortImplied ? asker : asker with { Port = (ushort)query.Port };
        return Peers.Add(query.Target, peer, query.IsSeed, _shared.Now)
            ? _shared.Writer.Write(reply)
            : Refuse(query.Transaction, KrpcFault.Server, "too many announces from your address");
    }
}
