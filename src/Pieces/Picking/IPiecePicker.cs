using Pieces.Primitives;

namespace Pieces.Picking;

/// <summary>What one source has, as the pickers see it.</summary>
internal interface IPieceMap
{
    /// <summary>Whether it has a piece.</summary>
    bool Has(PieceIndex piece);

    /// <summary>Index of the first piece from <paramref name="start"/> on that it has and that is set in <paramref name="among"/>; or -1.</summary>
    int NextCommon(Bitfield among, int start);
}

/// <summary>Chooses which missing piece to open next. It only reads the table.</summary>
internal interface IPiecePicker
{
    /// <summary>A missing piece for a source to begin with; false when it has none that should be opened now.</summary>
    /// <param name="source">What the source has.</param>
    /// <param name="bytesPerSecond">Present rate of the whole download.</param>
    /// <param name="piece">The piece, in the state missing.</param>
    bool TryPick(IPieceMap source, double bytesPerSecond, out PieceIndex piece);

    /// <summary>How many of the first needed pieces that only seeds have may be on their way to leechers at one time; <see cref="int.MaxValue"/> where
    /// the order does not matter.</summary>
    int MostAtSeeds(double bytesPerSecond);
}
