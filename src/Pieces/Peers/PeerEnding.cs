namespace Pieces.Peers;

/// <summary>Why a connection ended, as far as it decides when its address may be dialled again.</summary>
internal enum PeerEnding
{
    /// <summary>We did not end it: the peer or the network did.</summary>
    Unplanned,

    /// <summary>The peer violated the protocol: it is not dialled again soon.</summary>
    Offence,

    /// <summary>The connection is of no use for now.</summary>
    Useless,

    /// <summary>Another connection with the same peer continues.</summary>
    Replaced,

    /// <summary>It is one connection too many for the peer or the client: the address has not failed and may be dialled again soon.</summary>
    Redundant,
}
