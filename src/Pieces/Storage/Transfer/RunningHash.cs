using Pieces.Metadata;

namespace Pieces.Storage.Transfer;

/// <summary>The hash of the front of a large piece, kept while its blocks arrive. One job at a time uses it: the caller sees to that.</summary>
internal sealed class RunningHash : IDisposable
{
    /// <summary>Takes over a hash without bytes.</summary>
    public RunningHash(IPieceHash hash) => Hash = hash;

    /// <summary>The hash of the blocks before <see cref="Next"/>.</summary>
    public IPieceHash Hash { get; }

    /// <summary>Ordinal of the first block that is not hashed yet.</summary>
    public int Next { get; set; }

    /// <inheritdoc/>
    public void Dispose() => Hash.Dispose();
}
