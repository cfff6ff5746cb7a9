using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Pieces.Primitives;

namespace Pieces.Trackers.Server;

/// <summary>
/// Answers the datagrams of a UDP tracker (BEP 15); options after an announce (BEP 41) are ignored. No state is kept for a connect request: a
/// connection id is a keyed hash of address and time, so it cannot be forged for another address. A response to an unverified address is never longer
/// than its request.
/// </summary>
internal sealed class UdpAnnounceHandler
{
    /// <summary>Maximum length of a processed datagram in bytes.</summary>
    public const int MaxRequestLength = 2048;

    /// <summary>Maximum number of swarms per scrape: as many as fit in one datagram (BEP 15).</summary>
    public const int MaxScraped = 74;

    /// <summary>Length of a time slot: a connection id is valid in the slot in which it was issued and in the next one.</summary>
    public static readonly TimeSpan ConnectionSlot = TimeSpan.FromSeconds(60);

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

    /// <summary>Returns the response to a datagram, or null if it must be dropped.</summary>
    public byte[]? Answer(ReadOnlySpan<byte> datagram, IPEndPoint from)
    {
        if (datagram.Length < UdpTrackerFormat.RequestHeaderLength)
            return null;
        long connection = BinaryPrimitives.ReadInt64BigEndian(datagram);
        var action = (UdpTrackerAction)BinaryPrimitives.ReadUInt32BigEndian(datagram[UdpTrackerFormat.ActionOffset..]);
        uint transaction = BinaryPrimitives.ReadUInt32BigEndian(datagram[UdpTrackerFormat.TransactionOffset..]);
        if (action == UdpTrackerAction.Connect)
            return connection == UdpTrackerFormat.ProtocolId ? UdpAnswers.Connect(transaction, ConnectionOf(from.Address, Slot)) : null;
        if (connection != ConnectionOf(from.Address, Slot) && connection != ConnectionOf(from.Address, Slot - 1))
            return datagram.Length > UdpTrackerFormat.RequestHeaderLength + 16 ? UdpAnswers.Error(transaction, "connection id expired") : null;
        return action switch
        {
            UdpTrackerAction.Announce when datagram.Length >= UdpTrackerFormat.AnnounceLength => Announce(datagram, from.Address, transaction),
            UdpTrackerAction.Scrape when datagram.Length >= UdpTrackerFormat.RequestHeaderLength + SwarmKey.Length =>
                Scrape(datagram[UdpTrackerFormat.RequestHeaderLength..], transaction),
            UdpTrackerAction.Announce or UdpTrackerAction.Scrape => UdpAnswers.Error(transaction, "request too short"),
            _ => UdpAnswers.Error(transaction, "unknown action"),
        };
    }

    private long Slot => _timeProvider.GetElapsedTime(_madeAt).Ticks / ConnectionSlot.Ticks;

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
        uint announceEvent = BinaryPrimitives.ReadUInt32BigEndian(datagram[UdpTrackerFormat.EventOffset..]);
        if (announceEvent > (uint)AnnounceEvent.Stopped)
            return UdpAnswers.Error(transaction, "unknown event");
        int wanted = BinaryPrimitives.ReadInt32BigEndian(datagram[UdpTrackerFormat.WantedOffset..]);
        int port = BinaryPrimitives.ReadUInt16BigEndian(datagram[UdpTrackerFormat.PortOffset..]);
        bool isV6 = from.AddressFamily == AddressFamily.InterNetworkV6 && !from.IsIPv4MappedToIPv6;
        AnnounceTableAnswer? answer = _table.Announce(
            SwarmKey.FromBytes(datagram.Slice(UdpTrackerFormat.InfoHashOffset, SwarmKey.Length)),
            new TrackedPeer(PeerId.FromBytes(datagram.Slice(UdpTrackerFormat.PeerIdOffset, PeerId.Length)), new IPEndPoint(from, port)),
            (AnnounceEvent)announceEvent,
            BinaryPrimitives.ReadInt64BigEndian(datagram[UdpTrackerFormat.LeftOffset..]),
            wanted < 0 ? HttpAnnounceHandler.DefaultWanted : wanted);
        if (answer is null)
            return UdpAnswers.Error(transaction, "this tracker is full");
        IEnumerable<TrackedPeer> peers = isV6 ? answer.PeersV6 : answer.PeersV4;
        return UdpAnswers.Announce(transaction, _table.Interval, answer.Counts, CompactPeers.Write([.. peers.Select(peer => peer.Address)]));
    }

    private byte[] Scrape(ReadOnlySpan<byte> hashes, uint transaction)
    {
        var counts = new SwarmCounts[Math.Min(hashes.Length / SwarmKey.Length, MaxScraped)];
        for (int i = 0; i < counts.Length; i++)
            counts[i] = _table.Scrape(SwarmKey.FromBytes(hashes.Slice(i * SwarmKey.Length, SwarmKey.Length))) ?? default;
        return UdpAnswers.Scrape(transaction, counts);
    }
}
