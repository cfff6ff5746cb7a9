namespace Pieces.Torrents.Downloading;

/// <summary>What became of a block that a peer sent.</summary>
internal enum BlockVerdict
{
    /// <summary>It was wanted.</summary>
    Accepted,

    /// <summary>It was wanted and the last of its piece, which is being verified now.</summary>
    PieceComplete,

    /// <summary>It is here already, or was asked for and is not wanted any more: waste, and nobody's fault.</summary>
    Duplicate,

    /// <summary>It was never asked for: waste and a strike.</summary>
    Unsolicited,

    /// <summary>There is no such block: waste and a strike.</summary>
    Invalid,
}
