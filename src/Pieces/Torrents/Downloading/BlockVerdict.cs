namespace Pieces.Torrents.Downloading;

/// <summary>Result of handling a received block.</summary>
internal enum BlockVerdict
{
    /// <summary>The block was needed.</summary>
    Accepted,

    /// <summary>The block was needed and completed its piece, which is now being verified.</summary>
    PieceComplete,

    /// <summary>The block has already been received, or was requested and is no longer needed. It is waste, but no fault of the peer.</summary>
    Duplicate,

    /// <summary>The block was never requested. It is waste, and an offence of the peer.</summary>
    Unsolicited,

    /// <summary>There is no such block. It is waste, and an offence of the peer.</summary>
    Invalid,
}
