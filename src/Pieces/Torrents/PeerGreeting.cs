using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Torrents;

/// <summary>Tells a peer which pieces we have, in the shortest form that it understands. The extension handshake follows.</summary>
internal static class PeerGreeting
{
    /// <summary>Most pieces that are announced one by one to a peer that was told that we have none; nine bytes each.</summary>
    public const int MaxHaves = 8192;

    /// <summary>Says at once what we have; nothing is said without the fast extension when there is nothing.</summary>
    public static void Send(IPeerLink link, Bitfield have)
    {
        if (link.SupportsFast && have.IsFull)
            link.Send(HaveAllMessage.Instance);
        else if (have.Count > 0)
            link.Send(new BitfieldMessage(have.ToBytes()));
        else
            SendNone(link);
    }

    /// <summary>Says that we have nothing, as long as the torrent itself is not known yet.</summary>
    public static void SendNone(IPeerLink link)
    {
        if (link.SupportsFast)
            link.Send(HaveNoneMessage.Instance);
    }

    /// <summary>Announces what we have to a peer that was told that we have nothing.</summary>
    /// <returns>False when it is too much: the peer is to be dialled again.</returns>
    public static bool TrySendRest(IPeerLink link, Bitfield have)
    {
        // A bitfield may be the first message only (BEP 3).
        if (have.Count > MaxHaves)
            return false;
        for (int i = have.NextSet(0); i >= 0; i = have.NextSet(i + 1))
            link.Send(new HaveMessage((uint)i));
        return true;
    }
}
