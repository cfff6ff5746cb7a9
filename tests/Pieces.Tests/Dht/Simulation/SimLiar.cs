using Pieces.Dht;
using Pieces.Dht.Messages;
using Pieces.Dht.Queries;
using Pieces.Dht.Routing;
using Pieces.Net;

namespace Pieces.Tests.Dht.Simulation;

/// <summary>The ways in which lying nodes lie.</summary>
internal enum SimLie
{
    /// <summary>Returns nodes very close to the target, at unused addresses.</summary>
    NodesNearby,

    /// <summary>The same, with addresses for which BEP 42 permits such ids.</summary>
    FittingNodesNearby,

    /// <summary>Claims an own id very close to the target, and returns such nodes.</summary>
    WrongId,
}

/// <summary>Data that all liars of a simulation share: addresses, sorted by the ids that BEP 42 permits for them.</summary>
internal sealed class SimLies
{
    private const int PrefixBits = 13;
    private const int Each = Bucket.Size;

    private readonly List<(CompactEndPoint EndPoint, byte R)>[] _stock;

    public SimLies(Random random)
    {
        _stock = new List<(CompactEndPoint, byte)>[1 << PrefixBits];
        for (int i = 0; i < _stock.Length; i++)
            _stock[i] = [];
        int full = 0;
        while (full < _stock.Length)
        {
            CompactEndPoint endPoint = SimAddress.Create(random);
            for (byte r = 0; r < 8; r++)
            {
                List<(CompactEndPoint EndPoint, byte R)> place = _stock[SecureNodeId.PrefixOf(endPoint, r) >> (32 - PrefixBits)];
                if (place.Count == Each)
                    continue;
                place.Add((endPoint, r));
                full += place.Count == Each ? 1 : 0;
            }
        }
    }

    /// <summary>Returns a node as close to the target as one of the addresses permits.</summary>
    public NodeContact FittingNearby(NodeId target, int index, Random random)
    {
        Span<byte> id = stackalloc byte[NodeId.Length];
        target.CopyTo(id);
        (CompactEndPoint endPoint, byte r) = _stock[((id[0] << 8) | id[1]) >> (16 - PrefixBits)][index];
        uint prefix = SecureNodeId.PrefixOf(endPoint, r);
        id[0] = (byte)(prefix >> 24);
        id[1] = (byte)(prefix >> 16);
        id[2] = (byte)(((prefix >> 8) & 0xF8) | (uint)(id[2] & 7));
        id[18] = (byte)random.Next(256);
        id[19] = r;
        return new NodeContact(NodeId.FromBytes(id), endPoint);
    }
}

/// <summary>Replies to queries with well-formed lies.</summary>
internal sealed class SimLiar(SimLie lie, SimLies lies, Random random)
{
    private const int FakePeers = 30;

    private readonly KrpcWriter _writer = new(DhtShared.Version);
    private readonly byte[] _token = [1, 2, 3, 4];

    /// <summary>Returns the reply, or null.</summary>
    public byte[]? Answer(byte[] datagram, CompactEndPoint from, CompactEndPoint own)
    {
        if (KrpcReader.TryRead(datagram) is not KrpcQuery query)
            return null;
        NodeId honestId = SecureNodeId.Create(own, new Random((int)(uint)own.Host));
        bool isSearch = query.Method is KrpcMethod.FindNode or KrpcMethod.GetPeers;
        var reply = new KrpcReply
        {
            Transaction = query.Transaction,
            Sender = lie == SimLie.WrongId && isSearch ? query.Target.Near(40, random) : honestId,
            External = SimAddress.Create(random),
            Nodes = isSearch ? [.. Enumerable.Range(0, Bucket.Size).Select(index => Nearby(query.Target, index))] : null,
            Values = query.Method == KrpcMethod.GetPeers ? [.. Enumerable.Range(0, FakePeers).Select(_ => SimAddress.Create(random))] : null,
            Token = query.Method == KrpcMethod.GetPeers ? _token : default,
        };
        _ = from;
        return _writer.Write(reply).ToArray();
    }

    private NodeContact Nearby(NodeId target, int index) => lie == SimLie.FittingNodesNearby
        ? lies.FittingNearby(target, index, random)
        : new NodeContact(target.Near(40, random), SimAddress.Create(random));
}
