using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Torrents;

/// <summary>Sends a peer our pieces in the shortest form that it supports. The extension handshake follows.</summary>
internal static class ExtensionHandshakeSender
{
    /// <summary>
    /// Maximum number of <c>have</c> messages sent to a peer that joined before our pieces were known. Each message takes nine bytes.
    /// </summary>
    public const int MaxHaves = 8192;

    /// <summary>
    /// Sends our pieces as the first message: <c>have all</c>, a bitfield, or <c>have none</c>. Without the fast extension (BEP 6), nothing is sent
    /// when we have no pieces.
    /// </summary>
    public static void Send(IPeerLink link, Bitfield have)
    {
        if (link.SupportsFast && have.IsFull)
            link.Send(HaveAllMessage.Instance);
        else if (have.Count > 0)
            link.Send(new BitfieldMessage(have.ToBytes()));
        else
            SendNone(link);
    }

    /// <summary>Sends that we have no pieces, while the metadata is not known yet.</summary>
    public static void SendNone(IPeerLink link)
    {
        if (link.SupportsFast)
            link.Send(HaveNoneMessage.Instance);
    }

    /// <summary>Sends our pieces to a peer that joined before they were known.</summary>
    /// <returns>False if there are more than <see cref="MaxHaves"/>: the peer must be dialled again.</returns>
    public static bool TrySendRest(IPeerLink link, Bitfield have)
    {
        // A bitfield may only be the first message (BEP 3).
        if (have.Count > MaxHaves)
            return false;
        for (int i = have.NextSet(0); i >= 0; i = have.NextSet(i + 1))
            link.Send(new HaveMessage((uint)i));
        return true;
    }
}
