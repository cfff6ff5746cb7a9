using System.Collections.Immutable;
using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Torrents;

/// <summary>What we say first to a peer: what we have, in the shortest form that it understands, and what we can do.</summary>
internal static class PeerGreeting
{
    /// <summary>Id of the extension handshake among extended messages (BEP 10).</summary>
    public const byte HandshakeId = 0;

    /// <summary>Id under which we take messages of the metadata exchange (BEP 9).</summary>
    public const byte MetadataId = 1;

    /// <summary>Id under which we take messages of the peer exchange (BEP 11).</summary>
    public const byte ExchangeId = 2;

    /// <summary>Id under which we hear who draws lots (<see cref="LotsCodec"/>).</summary>
    public const byte LotsId = 3;

    /// <summary>Most pieces that are said one by one to a peer that heard <see cref="SendBlank"/>; nine bytes each.</summary>
    public const int MaxHaves = 8192;

    /// <summary>Blocks that a peer may have asked for at one time; beyond that requests are rejected.</summary>
    public const int RequestQueue = 512;

    /// <summary>Sends it.</summary>
    /// <param name="link">To whom.</param>
    /// <param name="have">The pieces that we have.</param>
    /// <param name="terms">What we can do.</param>
    public static void Send(IPeerLink link, Bitfield have, GreetingTerms terms)
    {
        if (link.SupportsFast && have.IsFull)
            link.Send(HaveAllMessage.Instance);
        else if (have.Count > 0)
            link.Send(new BitfieldMessage(have.ToBytes()));
        else if (link.SupportsFast)
            link.Send(HaveNoneMessage.Instance);

        SendHello(link, terms);
    }

    /// <summary>Sends it while the torrent itself is not known yet: that we have nothing, and that we want its metadata.</summary>
    public static void SendBlank(IPeerLink link, int listenPort)
    {
        if (link.SupportsFast)
            link.Send(HaveNoneMessage.Instance);
        SendHello(link, new GreetingTerms { ListenPort = listenPort, TakesMetadata = true });
    }

    /// <summary>Sends the rest of it to a peer that heard <see cref="SendBlank"/>.</summary>
    /// <returns>False when there is too much to say: the peer is to be dialled anew, and to hear <see cref="Send"/>.</returns>
    public static bool SendRest(IPeerLink link, Bitfield have, GreetingTerms terms)
    {
        // The whole of what one has may be said as the first message only (BEP 3).
        if (have.Count > MaxHaves)
            return false;
        for (int i = have.NextSet(0); i >= 0; i = have.NextSet(i + 1))
            link.Send(new HaveMessage((uint)i));
        SendHello(link, terms);
        return true;
    }

    /// <summary>Says what we can do: with the greeting, and again when that has changed (BEP 10).</summary>
    public static void SendHello(IPeerLink link, GreetingTerms terms)
    {
        if (!link.SupportsExtensions)
            return;
        var hello = new ExtensionHandshake
        {
            Extensions = ExtensionsOf(terms),
            Client = ProductName.Full,
            Port = terms.ListenPort > 0 ? terms.ListenPort : null,
            RequestQueue = RequestQueue,
            YourAddress = link.RemoteEndPoint.Address,
            MetadataSize = terms.MetadataSize,
            IsUploadOnly = terms.IsUploadOnly,
        };
        link.Send(new ExtendedMessage(HandshakeId, hello.Encode()));
    }

    private static ImmutableSortedDictionary<string, byte> ExtensionsOf(GreetingTerms terms)
    {
        var extensions = ImmutableSortedDictionary.Create<string, byte>(StringComparer.Ordinal);
        if (terms.TakesMetadata)
            extensions = extensions.Add(MetadataCodec.ExtensionName, MetadataId);
        if (terms.ExchangesPeers)
            extensions = extensions.Add(PeerExchangeCodec.ExtensionName, ExchangeId);
        return extensions.Add(LotsCodec.ExtensionName, LotsId);
    }
}
