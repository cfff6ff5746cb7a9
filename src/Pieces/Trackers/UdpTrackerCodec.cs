using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Pieces.Net;
using Pieces.Primitives;

namespace Pieces.Trackers;

/// <summary>
/// Encodes requests to UDP trackers (BEP 15), with the URL data option of announces (BEP 41), and decodes their responses. Uses no sockets and no
/// clock.
/// </summary>
internal static class UdpTrackerCodec
{
    /// <summary>Length in bytes of a connect request.</summary>
    public const int ConnectLength = 16;

    /// <summary>Maximum length of an announce in bytes, URL data included; it fits every path MTU without fragmentation.</summary>
    public const int MaxAnnounceLength = 1200;

    /// <summary>Maximum length of a received datagram in bytes; the rest is cut off by the socket.</summary>
    public const int MaxAnswerLength = 8192;

    private const byte EndOfOptions = 0;
    private const byte UrlDataOption = 2;
    private const int MaxOptionLength = 255;

    /// <summary>Writes a connect request and returns its length.</summary>
    public static int WriteConnect(Span<byte> destination, uint transaction)
    {
        WriteHeader(destination, UdpTrackerFormat.ProtocolId, UdpTrackerAction.Connect, transaction);
        return ConnectLength;
    }

    /// <summary>Writes an announce and returns its length.</summary>
    /// <param name="destination">At least <see cref="MaxAnnounceLength"/> bytes.</param>
    /// <param name="connection">The connection id from the tracker.</param>
    /// <param name="transaction">The transaction id, which the response repeats.</param>
    /// <param name="request">The announce.</param>
    /// <param name="urlData">Path and query of the tracker's URL, or empty; cut off at the maximum length.</param>
    public static int WriteAnnounce(Span<byte> destination, long connection, uint transaction, AnnounceRequest request, string urlData)
    {
        WriteHeader(destination, connection, UdpTrackerAction.Announce, transaction);
        request.InfoHash.CopyTo(destination[UdpTrackerFormat.InfoHashOffset..]);
        request.PeerId.CopyTo(destination[UdpTrackerFormat.PeerIdOffset..]);
        BinaryPrimitives.WriteInt64BigEndian(destination[UdpTrackerFormat.DownloadedOffset..], request.Counters.Downloaded);
        BinaryPrimitives.WriteInt64BigEndian(destination[UdpTrackerFormat.LeftOffset..], request.Counters.Left);
        BinaryPrimitives.WriteInt64BigEndian(destination[UdpTrackerFormat.UploadedOffset..], request.Counters.Uploaded);
        BinaryPrimitives.WriteInt32BigEndian(destination[UdpTrackerFormat.EventOffset..], (int)request.Event);
        BinaryPrimitives.WriteUInt32BigEndian(destination[UdpTrackerFormat.AddressOffset..], 0);
        BinaryPrimitives.WriteUInt32BigEndian(destination[UdpTrackerFormat.KeyOffset..], request.Key);
        BinaryPrimitives.WriteInt32BigEndian(destination[UdpTrackerFormat.WantedOffset..], request.WantedPeers);
        BinaryPrimitives.WriteUInt16BigEndian(destination[UdpTrackerFormat.PortOffset..], (ushort)request.Port);
        return UdpTrackerFormat.AnnounceLength + WriteUrlData(destination[UdpTrackerFormat.AnnounceLength..MaxAnnounceLength], urlData);
    }

    /// <summary>Writes a scrape of one swarm and returns its length.</summary>
    public static int WriteScrape(Span<byte> destination, long connection, uint transaction, SwarmKey infoHash)
    {
        WriteHeader(destination, connection, UdpTrackerAction.Scrape, transaction);
        infoHash.CopyTo(destination[UdpTrackerFormat.RequestHeaderLength..]);
        return UdpTrackerFormat.RequestHeaderLength + SwarmKey.Length;
    }

    /// <summary>Decodes the response to a connect request.</summary>
    /// <returns><see langword="false"/> if the datagram is not that response and must be dropped.</returns>
    /// <exception cref="TrackerException">The datagram is an error response to this transaction.</exception>
    public static bool TryReadConnect(ReadOnlySpan<byte> datagram, uint transaction, out long connection)
    {
        connection = 0;
        if (!IsAnswer(datagram, UdpTrackerAction.Connect, transaction, UdpTrackerFormat.ConnectAnswerLength))
            return false;
        connection = BinaryPrimitives.ReadInt64BigEndian(datagram[UdpTrackerFormat.AnswerHeaderLength..]);
        return true;
    }

    /// <summary>Decodes the response to an announce.</summary>
    /// <param name="datagram">The received datagram.</param>
    /// <param name="transaction">The transaction id of the announce.</param>
    /// <param name="family">Family of the tracker's address, which determines the length of a peer (BEP 7).</param>
    /// <param name="addresses">Decides which peers are usable.</param>
    /// <param name="response">The response.</param>
    /// <returns><see langword="false"/> if the datagram is not that response and must be dropped.</returns>
    /// <exception cref="TrackerException">The datagram is an error response to this transaction.</exception>
    public static bool TryReadAnnounce(
        ReadOnlySpan<byte> datagram, uint transaction, AddressFamily family, AddressPolicy addresses, out AnnounceResponse response)
    {
        response = null!;
        if (!IsAnswer(datagram, UdpTrackerAction.Announce, transaction, UdpTrackerFormat.AnnounceAnswerLength))
            return false;
        var peers = new List<IPEndPoint>();
        int peerLength = family == AddressFamily.InterNetworkV6 ? CompactPeers.LengthV6 : CompactPeers.LengthV4;
        CompactPeers.Read(datagram[UdpTrackerFormat.AnnounceAnswerLength..], peerLength, addresses, peers);
        response = new AnnounceResponse
        {
            Peers = peers,
            Interval = TimeSpan.FromSeconds(BinaryPrimitives.ReadInt32BigEndian(datagram[UdpTrackerFormat.IntervalOffset..])),
            Leechers = BinaryPrimitives.ReadUInt32BigEndian(datagram[UdpTrackerFormat.LeechersOffset..]),
            Seeders = BinaryPrimitives.ReadUInt32BigEndian(datagram[UdpTrackerFormat.SeedersOffset..]),
        };
        return true;
    }

    /// <summary>Decodes the response to a scrape of one swarm.</summary>
    /// <returns><see langword="false"/> if the datagram is not that response and must be dropped.</returns>
    /// <exception cref="TrackerException">The datagram is an error response to this transaction.</exception>
    public static bool TryReadScrape(ReadOnlySpan<byte> datagram, uint transaction, out ScrapeResponse response)
    {
        response = null!;
        if (!IsAnswer(datagram, UdpTrackerAction.Scrape, transaction, UdpTrackerFormat.AnswerHeaderLength + UdpTrackerFormat.CountsLength))
            return false;
        ReadOnlySpan<byte> counts = datagram[UdpTrackerFormat.AnswerHeaderLength..];
        response = new ScrapeResponse(
            BinaryPrimitives.ReadUInt32BigEndian(counts[UdpTrackerFormat.CountedSeedersOffset..]),
            BinaryPrimitives.ReadUInt32BigEndian(counts[UdpTrackerFormat.CountedCompletedOffset..]),
            BinaryPrimitives.ReadUInt32BigEndian(counts[UdpTrackerFormat.CountedLeechersOffset..]));
        return true;
    }

    private static void WriteHeader(Span<byte> destination, long connection, UdpTrackerAction action, uint transaction)
    {
        BinaryPrimitives.WriteInt64BigEndian(destination, connection);
        BinaryPrimitives.WriteUInt32BigEndian(destination[UdpTrackerFormat.ActionOffset..], (uint)action);
        BinaryPrimitives.WriteUInt32BigEndian(destination[UdpTrackerFormat.TransactionOffset..], transaction);
    }

    private static int WriteUrlData(Span<byte> destination, string urlData)
    {
        if (urlData.Length == 0)
            return 0;
        Span<byte> rest = destination[..^1];
        ReadOnlySpan<byte> text = Encoding.UTF8.GetBytes(urlData);
        while (!text.IsEmpty && rest.Length > 2)
        {
            int length = Math.Min(Math.Min(text.Length, MaxOptionLength), rest.Length - 2);
            rest[0] = UrlDataOption;
            rest[1] = (byte)length;
            text[..length].CopyTo(rest[2..]);
            text = text[length..];
            rest = rest[(2 + length)..];
        }

        int written = destination.Length - 1 - rest.Length;
        destination[written] = EndOfOptions;
        return written + 1;
    }

    private static bool IsAnswer(ReadOnlySpan<byte> datagram, UdpTrackerAction action, uint transaction, int minLength)
    {
        if (datagram.Length < UdpTrackerFormat.AnswerHeaderLength)
            return false;
        if (BinaryPrimitives.ReadUInt32BigEndian(datagram[UdpTrackerFormat.AnsweredTransactionOffset..]) != transaction)
            return false;
        var answered = (UdpTrackerAction)BinaryPrimitives.ReadUInt32BigEndian(datagram);
        if (answered == UdpTrackerAction.Error)
            throw new TrackerException(TrackerText.Refusal(datagram[UdpTrackerFormat.AnswerHeaderLength..])) { IsRefusal = true };
        return answered == action && datagram.Length >= minLength;
    }
}
