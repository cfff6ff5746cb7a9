using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Pieces.Primitives;
using Pieces.Trackers;

namespace Pieces.Cli.Tracker;

/// <summary>
/// Answers the datagrams of UDP trackers (BEP 15); options behind an announce (BEP 41) are skipped. Nothing is kept for those who only connect: a connection
/// id is a keyed hash of address and time, so it cannot be made up for another's address. No answer to an unproven address is longer than its request.
/// </summary>
internal sealed class UdpAnnounceHandler
{
    /// <summary>Longest datagram that is looked at.</summary>
    public const int MaxRequestLength = 2048;

    /// <summary>Most swarms of one scrape: what fits in one datagram of BEP 15.</summary>
    public const int MaxScraped = 74;

    /// <summary>A connection id is good in the slot it was given in and in the next.</summary>
    public static readonly TimeSpan ConnectionSlot = TimeSpan.FromSeconds(60);

    private const long ProtocolId = 0x41727101980;
    private const int HeaderLength = 16;
    private const int AnnounceLength = 98;
    private const uint ConnectAction = 0;
    private const uint AnnounceAction = 1;
    private const uint ScrapeAction = 2;
    private const uint ErrorAction = 3;

    private readonly AnnounceTable _table;
    private readonly TimeProvider _timeProvider;
    private readonly long _madeAt;
    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(32);

    public UdpAnnounceHandler(AnnounceTable table, TimeProvider timeProvider)
    {
        _table = table;
        _timeProvider = timeProvider;
        _madeAt = timeProvider.GetTimestamp();
    }

    /// <summary>Answers a datagram; null when it is to be dropped.</summary>
    public byte[]? Answer(ReadOnlySpan<byte> datagram, IPEndPoint from)
    {
        if (datagram.Length < HeaderLength)
            return null;
        long connection = BinaryPrimitives.ReadInt64BigEndian(datagram);
        uint action = BinaryPrimitives.ReadUInt32BigEndian(datagram[8..]);
        uint transaction = BinaryPrimitives.ReadUInt32BigEndian(datagram[12..]);
        if (action == ConnectAction)
            return connection == ProtocolId ? Connect(from.Address, transaction) : null;
        if (connection != ConnectionOf(from.Address, Slot) && connection != ConnectionOf(from.Address, Slot - 1))
            return datagram.Length > HeaderLength + 16 ? Error(transaction, "connection id expired") : null;
        return action switch
        {
            AnnounceAction when datagram.Length >= AnnounceLength => Announce(datagram, from.Address, transaction),
            ScrapeAction when datagram.Length >= HeaderLength + InfoHash.Length => Scrape(datagram[HeaderLength..], transaction),
            AnnounceAction or ScrapeAction => Error(transaction, "request too short"),
            _ => Error(transaction, "unknown action"),
        };
    }

    private long Slot => _timeProvider.GetElapsedTime(_madeAt).Ticks / ConnectionSlot.Ticks;

    private static byte[] Answer(uint action, uint transaction, int length)
    {
        byte[] answer = new byte[length];
        BinaryPrimitives.WriteUInt32BigEndian(answer, action);
        BinaryPrimitives.WriteUInt32BigEndian(answer.AsSpan(4), transaction);
        return answer;
    }

    private static byte[] Error(uint transaction, string reason)
    {
        byte[] answer = Answer(ErrorAction, transaction, 8 + reason.Length);
        Encoding.ASCII.GetBytes(reason, answer.AsSpan(8));
        return answer;
    }

    private byte[] Connect(IPAddress from, uint transaction)
    {
        byte[] answer = Answer(ConnectAction, transaction, 16);
        BinaryPrimitives.WriteInt64BigEndian(answer.AsSpan(8), ConnectionOf(from, Slot));
        return answer;
    }

    private long ConnectionOf(IPAddress from, long slot)
    {
        Span<byte> text = stackalloc byte[24];
        from.MapToIPv6().TryWriteBytes(text, out int length);
        BinaryPrimitives.WriteInt64BigEndian(text[length..], slot);
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_secret, text, hash);
        return BinaryPrimitives.ReadInt64BigEndian(hash);
    }

    private byte[] Announce(ReadOnlySpan<byte> datagram, IPAddress from, uint transaction)
    {
        uint announceEvent = BinaryPrimitives.ReadUInt32BigEndian(datagram[80..]);
        if (announceEvent > (uint)AnnounceEvent.Stopped)
            return Error(transaction, "unknown event");
        int wanted = BinaryPrimitives.ReadInt32BigEndian(datagram[92..]);
        bool isV6 = from.AddressFamily == AddressFamily.InterNetworkV6 && !from.IsIPv4MappedToIPv6;
        AnnounceTableAnswer? answer = _table.Announce(
            InfoHash.FromBytes(datagram.Slice(16, InfoHash.Length)),
            new TrackedPeer(PeerId.FromBytes(datagram.Slice(36, PeerId.Length)), new IPEndPoint(from, BinaryPrimitives.ReadUInt16BigEndian(datagram[96..]))),
            (AnnounceEvent)announceEvent,
            BinaryPrimitives.ReadInt64BigEndian(datagram[64..]),
            wanted < 0 ? HttpAnnounceHandler.DefaultWanted : wanted);
        if (answer is null)
            return Error(transaction, "this tracker is full");

        byte[] peers = PackedPeers.Of(isV6 ? answer.PeersV6 : answer.PeersV4);
        byte[] bytes = Answer(AnnounceAction, transaction, 20 + peers.Length);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(8), (int)_table.Interval.TotalSeconds);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(12), answer.Counts.Leechers);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(16), answer.Counts.Seeders);
        peers.CopyTo(bytes.AsSpan(20));
        return bytes;
    }

    private byte[] Scrape(ReadOnlySpan<byte> hashes, uint transaction)
    {
        int count = Math.Min(hashes.Length / InfoHash.Length, MaxScraped);
        byte[] bytes = Answer(ScrapeAction, transaction, 8 + (12 * count));
        for (int i = 0; i < count; i++)
        {
            SwarmCounts counts = _table.Scrape(InfoHash.FromBytes(hashes.Slice(i * InfoHash.Length, InfoHash.Length))) ?? default;
            Span<byte> place = bytes.AsSpan(8 + (12 * i));
            BinaryPrimitives.WriteInt32BigEndian(place, counts.Seeders);
            BinaryPrimitives.WriteInt32BigEndian(place[4..], counts.Completed);
            BinaryPrimitives.WriteInt32BigEndian(place[8..], counts.Leechers);
        }

        return bytes;
    }
}
