using System.Runtime.InteropServices;
using Pieces.Primitives;

namespace Pieces.Torrents.Downloading;

/// <summary>
/// Records which peer sent which block of a piece that failed its hash check. Once the piece has been received correctly, every block that differs
/// convicts its sender. Until then, all senders are only suspects. If a single peer sent the whole bad piece, it is convicted at once.
/// </summary>
internal sealed class BlameLedger
{
    /// <summary>Maximum number of remembered blocks of bad pieces, 24 bytes each. The oldest pieces are forgotten first.</summary>
    public const int MaxBlocks = 128 * 1024;

    private readonly Dictionary<SenderId, int> _suspicions = [];
    private readonly List<Attempt> _attempts = [];

    /// <summary>Number of remembered blocks.</summary>
    public int Blocks { get; private set; }

    /// <summary>Whether a source sent blocks of a bad piece and has been neither convicted nor cleared.</summary>
    public bool IsSuspect(SenderId source) => _suspicions.Count > 0 && _suspicions.ContainsKey(source);

    /// <summary>A piece failed its hash check.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="digests">The digest of each block.</param>
    /// <param name="senders">The sender of each block; <see cref="SenderId.None"/> for blocks that were found on disk.</param>
    /// <param name="convicted">Receives the sender if a single source sent all blocks.</param>
    public void Record(PieceIndex piece, BlockDigest[] digests, SenderId[] senders, List<SenderId> convicted)
    {
        if (!senders.AsSpan().ContainsAnyExcept(SenderId.None))
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
        foreach (SenderId sender in DistinctSenders(attempt))
            CollectionsMarshal.GetValueRefOrAddDefault(_suspicions, sender, out _)++;
    }

    /// <summary>
    /// A piece has been received correctly: appends the sender of every block that differs from it (each sender once), and forgets the piece.
    /// </summary>
    public void Resolve(PieceIndex piece, BlockDigest[] digests, List<SenderId> convicted)
    {
        for (int i = _attempts.Count - 1; i >= 0; i--)
        {
            Attempt attempt = _attempts[i];
            if (attempt.Piece != piece)
                continue;
            for (int block = 0; block < digests.Length; block++)
            {
                SenderId sender = attempt.Senders[block];
                if (sender != SenderId.None && !attempt.Digests[block].Equals(digests[block]) && !convicted.Contains(sender))
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
        foreach (SenderId sender in DistinctSenders(attempt))
        {
            if (--CollectionsMarshal.GetValueRefOrAddDefault(_suspicions, sender, out _) == 0)
                _suspicions.Remove(sender);
        }
    }

    private static HashSet<SenderId> DistinctSenders(Attempt attempt)
    {
        var senders = new HashSet<SenderId>(attempt.Senders);
        senders.Remove(SenderId.None);
        return senders;
    }

    private sealed record Attempt(PieceIndex Piece, BlockDigest[] Digests, SenderId[] Senders);
}
