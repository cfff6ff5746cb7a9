using Pieces.Primitives;

namespace Pieces.Picking;

/// <summary>The pieces that a provider has.</summary>
internal interface IPieceAvailability : IPeerPieces
{
    /// <summary>Whether the provider has every piece of the torrent.</summary>
    bool HasAll { get; }

    /// <summary>Returns the number of pieces that the provider has and that are set in <paramref name="among"/>.</summary>
    int CountCommon(Bitfield among);
}
