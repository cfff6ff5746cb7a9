using Pieces.Metadata;

namespace Pieces.Storage.Transfer;

/// <summary>
/// The hash of the leading blocks of a large piece, updated while its blocks arrive. The caller must not use it from two jobs at once.
/// </summary>
internal sealed class RunningHash : IDisposable
{
    /// <summary>Takes ownership of a hash that has no bytes yet.</summary>
    public RunningHash(IPieceHash hash) => Hash = hash;

    /// <summary>The hash of the blocks before <see cref="Next"/>.</summary>
    public IPieceHash Hash { get; }

    /// <summary>Ordinal of the first block that is not hashed yet.</summary>
    public int Next { get; set; }

    /// <inheritdoc/>
    public void Dispose() => Hash.Dispose();
}
