namespace Pieces.Peers;

/// <summary>A minor protocol violation. A single one is harmless; repeated ones close the connection: see <see cref="PeerState.Offend"/>.</summary>
internal enum Offence
{
    /// <summary>A block that we did not request.</summary>
    UnsolicitedBlock,

    /// <summary>A block outside this torrent.</summary>
    ImpossibleBlock,

    /// <summary>A second bitfield, have-all or have-none message that contains no more pieces than were known.</summary>
    RepeatedStatement,

    /// <summary>A piece withdrawn for a second time (BEP 54) after the peer had it again.</summary>
    RepeatedWithdrawal,

    /// <summary>A request or a block before the torrent's metadata is known, when neither side may send one.</summary>
    TooEarly,

    /// <summary>A part of the metadata that we did not request.</summary>
    UnsolicitedMetadata,

    /// <summary>Peer exchange messages in too quick succession (BEP 11).</summary>
    HastyExchange,
}
