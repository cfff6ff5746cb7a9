namespace Pieces.Peers;

/// <summary>Why a connection ends, as far as it decides when its address may be dialled again.</summary>
internal enum PeerEnding
{
    /// <summary>Nobody here wanted it: the peer or the network ended it.</summary>
    Unplanned,

    /// <summary>The peer broke the protocol: not dialled again soon.</summary>
    Offence,

    /// <summary>Nothing can come of it for now.</summary>
    Useless,

    /// <summary>Another connection of the same peer goes on.</summary>
    Replaced,

    /// <summary>It is one connection too many, of a peer or of the client: its address has not failed, and is dialled again soon.</summary>
    Redundant,
}
