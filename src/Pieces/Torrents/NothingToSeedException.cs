using Pieces.Primitives;

namespace Pieces.Torrents;

/// <summary>Thrown when a torrent is to be seeded but none of its data is valid.</summary>
public sealed class NothingToSeedException : PiecesException
{
    internal NothingToSeedException(string directory)
        : base($"no valid data of it is in {directory}")
    {
    }
}
