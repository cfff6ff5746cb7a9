using System.Buffers.Binary;
using System.Text;

namespace Pieces.Trackers.Server;

/// <summary>Encodes the responses of a UDP tracker (BEP 15).</summary>
internal static class UdpAnswers
{
    /// <summary>Encodes the response to a connect request.</summary>
    public static byte[] Connect(uint transaction, long connection)
    {
        byte[] answer = Begin(UdpTrackerAction.Connect, transaction, UdpTrackerFormat.ConnectAnswerLength);
        BinaryPrimitives.WriteInt64BigEndian(answer.AsSpan(UdpTrackerFormat.AnswerHeaderLength), connection);
        return answer;
    }

    /// <summary>Encodes the response to an announce.</summary>
    /// <param name="transaction">The transaction id of the announce.</param>
    /// <param name="interval">Interval between announces.</param>
    /// <param name="counts">The swarm's counts.</param>
    /// <param name="peers">The returned peers in compact form.</param>
    public static byte[] Announce(uint transaction, TimeSpan interval, SwarmCounts counts, ReadOnlySpan<byte> peers)
    {
        byte[] answer = Begin(UdpTrackerAction.Announce, transaction, UdpTrackerFormat.AnnounceAnswerLength + peers.Length);
        BinaryPrimitives.WriteInt32BigEndian(answer.AsSpan(UdpTrackerFormat.IntervalOffset), (int)interval.TotalSeconds);
        BinaryPrimitives.WriteInt32BigEndian(answer.AsSpan(UdpTrackerFormat.LeechersOffset), counts.Leechers);
        BinaryPrimitives.WriteInt32BigEndian(answer.AsSpan(UdpTrackerFormat.SeedersOffset), counts.Seeders);
        peers.CopyTo(answer.AsSpan(UdpTrackerFormat.AnnounceAnswerLength));
        return answer;
    }

    /// <summary>Encodes the response to a scrape.</summary>
    public static byte[] Scrape(uint transaction, ReadOnlySpan<SwarmCounts> swarms)
    {
        byte[] answer = Begin(
            UdpTrackerAction.Scrape, transaction, UdpTrackerFormat.AnswerHeaderLength + (UdpTrackerFormat.CountsLength * swarms.Length));
        Span<byte> place = answer.AsSpan(UdpTrackerFormat.AnswerHeaderLength);
        foreach (SwarmCounts counts in swarms)
        {
            BinaryPrimitives.WriteInt32BigEndian(place[UdpTrackerFormat.CountedSeedersOffset..], counts.Seeders);
            BinaryPrimitives.WriteInt32BigEndian(place[UdpTrackerFormat.CountedCompletedOffset..], counts.Completed);
            BinaryPrimitives.WriteInt32BigEndian(place[UdpTrackerFormat.CountedLeechersOffset..], counts.Leechers);
            place = place[UdpTrackerFormat.CountsLength..];
        }

        return answer;
    }

    /// <summary>Encodes an error response.</summary>
    public static byte[] Error(uint transaction, string reason)
    {
        byte[] answer = Begin(UdpTrackerAction.Error, transaction, UdpTrackerFormat.AnswerHeaderLength + reason.Length);
        Encoding.ASCII.GetBytes(reason, answer.AsSpan(UdpTrackerFormat.AnswerHeaderLength));
        return answer;
    }

    private static byte[] Begin(UdpTrackerAction action, uint transaction, int length)
    {
        byte[] answer = new byte[length];
        BinaryPrimitives.WriteUInt32BigEndian(answer, (uint)action);
        BinaryPrimitives.WriteUInt32BigEndian(answer.AsSpan(UdpTrackerFormat.AnsweredTransactionOffset), transaction);
        return answer;
    }
}
