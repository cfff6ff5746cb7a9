using System.Net;
using System.Net.Sockets;
using System.Text;
using Pieces.Dht.Messages;
using Pieces.Discovery;
using Pieces.Fuzz.Engine;
using Pieces.Net;
using Pieces.Primitives;
using Pieces.Trackers;
using Pieces.Trackers.Server;

namespace Pieces.Fuzz.Targets;

/// <summary>Responses of trackers, requests to our own tracker, DHT, local discovery.</summary>
internal static class NetworkTargets
{
    private const int Datagram = 1500;
    private const int Long = 4096;

    // 10.0.0.1:6881 in compact form.
    private const string Peer = "\u000a\0\0\u0001\u001a\u00e1";

    private static readonly AddressPolicy Addresses = new();
    private static readonly SwarmKey Swarm = SwarmKey.FromBytes("01234567890123456789"u8);

    public static IEnumerable<IFuzzTarget> All =>
    [
        new ParserTarget("tracker-http", Long, HttpSeeds, [.. FuzzWords.Bencode, .. FuzzWords.Keys(
            "interval", "min interval", "peers", "peers6", "complete", "incomplete", "downloaded", "failure reason", "warning message", "tracker id",
            "external ip", "retry in", "ip", "port", "peer id", "files", "flags")], RunHttpAnswer),
        new ParserTarget("tracker-udp", Datagram, UdpSeeds, [], RunUdpAnswer),
        new ParserTarget("tracker-server", Long, ServerSeeds, FuzzWords.Of(
            "/announce?", "/scrape?", "info_hash=", "peer_id=", "port=", "uploaded=", "downloaded=", "left=", "compact=", "numwant=", "event=",
            "started", "completed", "stopped", "ip=", "key=", "%", "%00", "&", "=", "no_peer_id=1", "%ff%ff%ff%ff%ff%ff%ff%ff%ff%ff"), RunServer()),
        new ParserTarget("dht", Datagram, DhtSeeds, [.. FuzzWords.Bencode, .. FuzzWords.Keys(
            "a", "r", "e", "q", "t", "y", "v", "ro", "id", "target", "info_hash", "token", "port", "implied_port", "nodes", "nodes6", "values",
            "want", "n4", "n6", "ip", "ping", "find_node", "get_peers", "announce_peer", "sample_infohashes", "seed", "scrape")],
            input => KrpcReader.TryRead(input)),
        new ParserTarget("local-discovery", Datagram, () => FuzzWords.Of(
            "BT-SEARCH * HTTP/1.1\r\nHost: 239.192.152.143:6771\r\nPort: 6881\r\n"
                + "Infohash: 0123456789abcdef0123456789abcdef01234567\r\ncookie: x\r\n\r\n\r\n"),
            FuzzWords.Of("BT-SEARCH * HTTP/1.1", "\r\n", "Host:", "Port:", "Infohash:", "cookie:", "65536", "0"),
            input => LocalAnnouncement.Read(input)),
    ];

    private static byte[][] HttpSeeds() => FuzzWords.Of(
        $"d8:completei1e10:incompletei2e8:intervali1800e12:min intervali60e5:peers12:{Peer}{Peer}6:peers60:e",
        "d8:intervali1800e5:peersld2:ip8:10.0.0.17:peer id20:aaaaaaaaaaaaaaaaaaaa4:porti6881eed2:ip11:example.org4:porti1eeee",
        "d14:failure reason12:unregistered8:retry in5:nevere",
        "d11:external ip4:\u0001\u0002\u0003\u000415:warning message2:hi8:intervali1e5:peers0:10:tracker id1:xe",
        "d5:filesd20:01234567890123456789d8:completei1e10:downloadedi2e10:incompletei3eeee");

    private static IEnumerable<byte[]> UdpSeeds()
    {
        yield return [0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 9];
        yield return [0, 0, 0, 1, 0, 0, 0, 7, 0, 0, 7, 8, 0, 0, 0, 1, 0, 0, 0, 2, 10, 0, 0, 1, 26, 225, 10, 0, 0, 2, 26, 225];
        yield return [0, 0, 0, 2, 0, 0, 0, 7, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3];
        yield return [0, 0, 0, 3, 0, 0, 0, 7, (byte)'n', (byte)'o'];
    }

    private static IEnumerable<byte[]> ServerSeeds()
    {
        foreach (byte[] text in FuzzWords.Of(
            "/announce?info_hash=01234567890123456789&peer_id=aaaaaaaaaaaaaaaaaaaa&port=6881&uploaded=0&downloaded=0&left=10&compact=1&event=started",
            "/scrape?info_hash=01234567890123456789&info_hash=%30123456789012345678%39"))
            yield return text;
        byte[] connect = [0, 0, 4, 0x17, 0x27, 0x10, 0x19, 0x80, 0, 0, 0, 0, 0, 0, 0, 7];
        yield return connect;
        yield return [.. connect[..8], 0, 0, 0, 1, 0, 0, 0, 7, .. new byte[82]];
    }

    private static byte[][] DhtSeeds()
    {
        string id = new('i', 20), target = new('t', 20), node = new('n', 26);
        return FuzzWords.Of(
            $"d1:ad2:id20:{id}e1:q4:ping1:t2:aa1:y1:qe",
            $"d1:ad2:id20:{id}6:target20:{target}4:wantl2:n42:n6ee1:q9:find_node1:t2:aa1:y1:qe",
            $"d1:ad2:id20:{id}9:info_hash20:{target}e1:q9:get_peers1:t2:aa1:v4:XX001:y1:qe",
            $"d1:ad2:id20:{id}12:implied_porti1e9:info_hash20:{target}4:porti6881e5:token8:abcdefghe1:q13:announce_peer1:t2:aa1:y1:qe",
            $"d2:ip6:\u0001\u0002\u0003\u0004\u0005\u00061:rd2:id20:{id}5:nodes26:{node}5:token8:abcdefgh6:valuesl6:{Peer}ee1:t2:aa1:y1:re",
            "d1:eli201e5:errore1:t2:aa1:y1:ee");
    }

    private static void RunHttpAnswer(byte[] input)
    {
        try
        {
            AnnounceResponse response = HttpTrackerAnswer.ReadAnnounce(HttpStatusCode.OK, input, Addresses);
            foreach (IPEndPoint peer in response.Peers)
                BrokenPromiseException.Unless(peer.Port != 0, "a peer has a port");
        }
        catch (TrackerException)
        {
            // Declared: it is not a response that can be used.
        }

        try
        {
            _ = HttpTrackerAnswer.ReadScrape(HttpStatusCode.OK, input, Swarm);
        }
        catch (TrackerException)
        {
            // Declared, as above.
        }
    }

    private static void RunUdpAnswer(byte[] input)
    {
        const uint Transaction = 7;
        Declared(() => UdpTrackerCodec.TryReadConnect(input, Transaction, out _));
        Declared(() => UdpTrackerCodec.TryReadAnnounce(input, Transaction, AddressFamily.InterNetwork, Addresses, out _));
        Declared(() => UdpTrackerCodec.TryReadAnnounce(input, Transaction, AddressFamily.InterNetworkV6, Addresses, out _));
        Declared(() => UdpTrackerCodec.TryReadScrape(input, Transaction, out _));
    }

    private static void Declared(Func<bool> read)
    {
        try
        {
            _ = read();
        }
        catch (TrackerException)
        {
            // Declared: the datagram is the tracker's refusal.
        }
    }

    private static Action<byte[]> RunServer()
    {
        AnnounceTable table = null!;
        HttpAnnounceHandler http = null!;
        UdpAnnounceHandler udp = null!;
        int used = 0;
        return input =>
        {
            // A table that stays small, and still sees several announces.
            if (used++ % 1000 == 0)
            {
                table = new AnnounceTable();
                http = new HttpAnnounceHandler(table, TimeSpan.FromMinutes(1));
                udp = new UdpAnnounceHandler(table, TimeProvider.System);
            }

            var from = new IPEndPoint(new IPAddress([10, 0, 0, (byte)used]), 6881);
            _ = http.Answer(Encoding.Latin1.GetString(input), from.Address);
            byte[]? answer = udp.Answer(input, from);
            bool isUnproven = input.Length >= 16 && answer is not null;
            BrokenPromiseException.Unless(!isUnproven || answer!.Length <= Math.Max(input.Length, 16) || input.Length > 16, "no amplification");
        };
    }
}
