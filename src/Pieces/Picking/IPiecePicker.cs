using Pieces.Primitives;

namespace Pieces.Picking;

/// <summary>The pieces of one source, as seen by the pickers.</summary>
internal interface IPeerPieces
{
    /// <summary>Whether the source has a piece.</summary>
    bool Has(PieceIndex piece);

    /// <summary>
    /// Returns the index of the first piece at or after <paramref name="start"/> that the source has and that is set in <paramref name="among"/>, or
    /// -1.
    /// </summary>
    int NextCommon(Bitfield among, int start);
}

/// <summary>Chooses which missing piece to open next. It only reads the table.</summary>
internal interface IPiecePicker
{
    /// <summary>Picks a missing piece to request from a source. Returns false if the source has none that should be opened now.</summary>
    /// <param name="source">The pieces of the source.</param>
    /// <param name="bytesPerSecond">Current rate of the whole download.</param>
    /// <param name="piece">The piece; its state is <see cref="PieceStatus.Missing"/>.</param>
    bool TryPick(IPeerPieces source, double bytesPerSecond, out PieceIndex piece);

    /// <summary>
    /// How many pieces, counted from the first needed one and among those that only seeds have, leechers may request from seeds concurrently;
    /// <see cref="int.MaxValue"/> if the order does not matter.
    /// </summary>
    int MostAtSeeds(double bytesPerSecond);
}
