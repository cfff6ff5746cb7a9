using System.Runtime.InteropServices;
using Pieces.Primitives;

namespace Pieces.Torrents.Downloading;

/// <summary>
/// Remembers who sent which block of a piece whose hash was wrong. Once a good copy has come, each block that differs convicts its sender; till
/// then all of them are only suspects. A lone sender of a whole bad piece is convicted at once.
/// </summary>
internal sealed class BlameLedger
{
    /// <summary>At most so many blocks are remembered (24 bytes each); the oldest pieces are let go.</summary>
    public const int MaxBlocks = 128 * 1024;

    private readonly Dictionary<SourceId, int> _suspicions = [];
    private readonly List<Attempt> _attempts = [];

    /// <summary>Blocks remembered.</summary>
    public int Blocks { get; private set; }

    /// <summary>Whether a source had a part in a bad piece that is not cleared up.</summary>
    public bool IsSuspect(SourceId source) => _suspicions.Count > 0 && _suspicions.ContainsKey(source);

    /// <summary>A piece was bad.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="digests">The digest of each block.</param>
    /// <param name="senders">The sender of each block; nobody for those that were found on the disk.</param>
    /// <param name="convicted">Gets the sender if there was but one.</param>
    public void Record(PieceIndex piece, BlockDigest[] digests, SourceId[] senders, List<SourceId> convicted)
    {
        if (!senders.AsSpan().ContainsAnyExcept(SourceId.None))
            return;
        if (!senders.AsSpan().ContainsAnyExcept(senders[0]))
        {
            convicted.Add(senders[0]);
            return;
        }

        while (_attempts.Count > 0 && Blocks + senders.Length > MaxBlocks)
            Remove(0);
        var attempt = new Attempt(piece, digests, senders);
        _attempts.Add(attempt);
        Blocks += senders.Length;
        foreach (SourceId sender in DistinctSenders(attempt))
            CollectionsMarshal.GetValueRefOrAddDefault(_suspicions, sender, out _)++;
    }

    /// <summary>A good copy of a piece has come: appends the senders of blocks that differ from it, each once, and forgets the piece.</summary>
    public void Resolve(PieceIndex piece, BlockDigest[] digests, List<SourceId> convicted)
    {
        for (int i = _attempts.Count - 1; i >= 0; i--)
        {
            Attempt attempt = _attempts[i];
            if (attempt.Piece != piece)
                continue;
            for (int block = 0; block < digests.Length; block++)
            {
                SourceId sender = attempt.Senders[block];
                if (sender != SourceId.None && !attempt.Digests[block].Equals(digests[block]) && !convicted.Contains(sender))
                    convicted.Add(sender);
            }

            Remove(i);
        }
    }

    private void Remove(int index)
    {
        Attempt attempt = _attempts[index];
        _attempts.RemoveAt(index);
        Blocks -= attempt.Senders.Length;
        foreach (SourceId sender in DistinctSenders(attempt))
        {
            if (--CollectionsMarshal.GetValueRefOrAddDefault(_suspicions, sender, out _) == 0)
                _suspicions.Remove(sender);
        }
    }

    private static HashSet<SourceId> DistinctSenders(Attempt attempt)
    {
        var senders = new HashSet<SourceId>(attempt.Senders);
        senders.Remove(SourceId.None);
        return senders;
    }

    private sealed record Attempt(PieceIndex Piece, BlockDigest[] Digests, SourceId[] Senders);
}
