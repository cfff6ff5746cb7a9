using System.Security.Cryptography;
using Pieces.Primitives;

namespace Pieces.Storage.Transfer;

/// <summary>The SHA-1 of the front of a large piece, kept while its blocks come. One job at a time uses it: that is the caller's duty.</summary>
internal sealed class RunningHash : IDisposable
{
    /// <summary>The hash of the blocks before <see cref="Next"/>.</summary>
    public IncrementalHash Hash { get; } = Sha1Digest.StartRunning();

    /// <summary>Ordinal of the first block that is not hashed yet.</summary>
    public int Next { get; set; }

    /// <inheritdoc/>
    public void Dispose() => Hash.Dispose();
}
