using Pieces.Primitives;

namespace Pieces.Torrents;

/// <summary>A torrent was to be seeded, and nothing valid of it is there.</summary>
public sealed class NothingToSeedException : PiecesException
{
    internal NothingToSeedException(string directory)
        : base($"nothing valid of it is in {directory}")
    {
    }
}
