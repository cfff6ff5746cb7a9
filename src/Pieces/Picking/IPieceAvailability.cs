using Pieces.Primitives;

namespace Pieces.Picking;

/// <summary>All pieces that a provider has.</summary>
internal interface IPieceAvailability : IPieceMap
{
    /// <summary>Whether it has every piece of the torrent.</summary>
    bool HasAll { get; }

    /// <summary>Number of pieces that it has and that are set in <paramref name="among"/>.</summary>
    int CountCommon(Bitfield among);
}
