using System.Collections.Immutable;
using System.Net;

namespace Pieces.Wire;

/// <summary>What is said of a peer beside its address (BEP 11, <c>added.f</c>).</summary>
[Flags]
internal enum ExchangedPeerFlags
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>It would rather talk encrypted.</summary>
    PrefersEncryption = 0x01,

    /// <summary>It downloads nothing.</summary>
    UploadOnly = 0x02,

    /// <summary>It speaks uTP.</summary>
    SupportsUtp = 0x04,

    /// <summary>It helps others through a NAT.</summary>
    SupportsHolepunch = 0x08,

    /// <summary>Whoever tells of it has dialled it.</summary>
    Reachable = 0x10,
}

/// <summary>A peer that another one tells of.</summary>
internal sealed record ExchangedPeer(IPEndPoint Address, ExchangedPeerFlags Flags);

/// <summary>Whom a peer has connected to since it last said so, and whom it has left (BEP 11).</summary>
internal sealed record PeerExchangeMessage
{
    /// <summary>Peers that it has connected to.</summary>
    public ImmutableArray<ExchangedPeer> Added { get; init; } = [];

    /// <summary>Peers that it is connected to no longer.</summary>
    public ImmutableArray<IPEndPoint> Dropped { get; init; } = [];
}
