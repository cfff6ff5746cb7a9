namespace Pieces.Peers;

/// <summary>A small breach of the protocol. One is harmless; repeated ones close the connection: see <see cref="PeerState.Offend"/>.</summary>
internal enum Offence
{
    /// <summary>A block that we did not request.</summary>
    UnsolicitedBlock,

    /// <summary>A block that does not exist in this torrent.</summary>
    ImpossibleBlock,

    /// <summary>A bitfield, have-all or have-none after the first, with no more pieces than were known.</summary>
    RepeatedStatement,

    /// <summary>A piece that is withdrawn for a second time (BEP 54), after the peer had it again.</summary>
    RepeatedWithdrawal,

    /// <summary>A request or a block while neither side may send one, since the torrent is not known yet.</summary>
    TooEarly,

    /// <summary>A part of the metadata that we did not request.</summary>
    UnsolicitedMetadata,

    /// <summary>Peer exchange messages in too quick succession (BEP 11).</summary>
    HastyExchange,
}
