using System.Collections.Immutable;
using System.Net;

namespace Pieces.Wire;

/// <summary>Flags of a peer in a peer exchange message (BEP 11, <c>added.f</c>).</summary>
[Flags]
internal enum ExchangedPeerFlags
{
    /// <summary>No flags.</summary>
    None = 0,

    /// <summary>The peer prefers encryption.</summary>
    PrefersEncryption = 0x01,

    /// <summary>The peer only uploads.</summary>
    UploadOnly = 0x02,

    /// <summary>The peer supports uTP.</summary>
    SupportsUtp = 0x04,

    /// <summary>The peer supports the holepunch extension.</summary>
    SupportsHolepunch = 0x08,

    /// <summary>The sender has connected to the peer, so it is reachable.</summary>
    Reachable = 0x10,
}

/// <summary>A peer in a peer exchange message.</summary>
internal sealed record ExchangedPeer(IPEndPoint Address, ExchangedPeerFlags Flags);

/// <summary>Changes in the sender's connections since its last message (BEP 11).</summary>
internal sealed record PeerExchangeMessage
{
    /// <summary>Peers that the sender has connected to.</summary>
    public ImmutableArray<ExchangedPeer> Added { get; init; } = [];

    /// <summary>Peers that the sender is no longer connected to.</summary>
    public ImmutableArray<IPEndPoint> Dropped { get; init; } = [];
}
