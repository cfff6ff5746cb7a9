using Pieces.Picking;
using Pieces.Primitives;
using Pieces.Providers;

namespace Pieces.Torrents.Downloading;

/// <summary>
/// When every block is requested, at the end or in the whole window: asks a provider that has nothing to do for those that slower providers would
/// send last, so that one slow provider does not hold up the rest. A block is requested again only where that gains time, which keeps the waste
/// small.
/// </summary>
internal sealed class Endgame
{
    // Providers whose requests are looked at in one call.
    private const int MostVictims = 16;

    // A search that found nothing is not made again at once: it looks at every provider.
    private const double RestSeconds = 0.01;

    // A guess is no reason to ask twice: the gain must be clear.
    private const double ClearGain = 1.25;

    // While pieces are still to be opened, only a provider that holds its blocks for so long is helped: for equally fast ones memory comes free
    // anyway, and to ask twice would only waste what they send.
    private const double MidwaySeconds = 0.5;

    private readonly PieceManager _pieces;
    private readonly double _frequency;

    // Providers for which nothing was found lately, with the timestamp of the next search.
    private readonly Dictionary<SourceId, long> _restUntil = [];

    public Endgame(PieceManager pieces, TimeProvider time)
    {
        _pieces = pieces;
        _frequency = time.TimestampFrequency;
    }

    /// <summary>Appends requests till <paramref name="into"/> has <paramref name="end"/> entries or nothing is gained any more.</summary>
    /// <param name="provider">Who is to be asked.</param>
    /// <param name="source">What it may be asked for.</param>
    /// <param name="now">Timestamp.</param>
    /// <param name="end">See above.</param>
    /// <param name="into">Gets the requests.</param>
    public void Fill(BlockProvider provider, IPieceMap source, long now, int end, List<BlockRequest> into)
    {
        // A provider that has not shown what it can gets one block and no more: it may be as slow as the one that is to be helped.
        bool isProven = provider.Requests.Window.Latency > 0;
        if (_restUntil.GetValueOrDefault(provider.Id, long.MinValue) > now || provider.Requests.Window.IsSnubbed)
            return;
        if (!isProven && provider.Requests.Pending.Count > 0)
            return;
        int before = into.Count;
        int most = isProven ? end : Math.Min(end, into.Count + 1);
        int maxAskers = isProven ? BlockSlots.MaxAskers : BlockSlots.MaxAskers - 1;

        var victim = new Victim(-1, double.PositiveInfinity);
        for (int i = 0; i < MostVictims && into.Count < most; i++)
        {
            victim = NextSlowest(provider, now, victim);
            if (victim.Index < 0 || victim.Remaining <= LeastRemaining(provider))
                break;
            TakeOver(provider, source, victim, maxAskers, now, most, into);
        }

        if (into.Count == before)
            _restUntil[provider.Id] = now + (long)(RestSeconds * _frequency);
    }

    /// <summary>A provider has left.</summary>
    public void Forget(SourceId provider) => _restUntil.Remove(provider);

    // The slowest of those after the one before, in the order of slowness and then of index.
    private Victim NextSlowest(BlockProvider provider, long now, Victim before)
    {
        var slowest = new Victim(-1, 0);
        for (int i = 0; i < _pieces.Providers.Count; i++)
        {
            BlockProvider other = _pieces.Providers[i];
            if (other == provider || other.Requests.Pending.Count == 0)
                continue;
            double remaining = Remaining(other, now);
            bool isAfter = remaining < before.Remaining || (remaining == before.Remaining && i > before.Index);
            if (isAfter && remaining > slowest.Remaining)
                slowest = new Victim(i, remaining);
        }

        return slowest;
    }

    // From the tail: what it would send last.
    private void TakeOver(BlockProvider provider, IPieceMap source, Victim victim, int maxAskers, long now, int end, List<BlockRequest> into)
    {
        int cursor = 0;
        PendingRequests pending = _pieces.Providers[victim.Index].Requests.Pending;
        int all = pending.Count;
        for (int i = 0; into.Count < end && pending.TryStepBack(ref cursor, out PendingRequest request); i++)
        {
            if (victim.Remaining * (all - i) / all <= LeastRemaining(provider))
                return;
            if (!source.Has(request.Block.Piece) || !_pieces.Pieces.TryGet(request.Block.Piece, out PieceAssembly? assembly))
                continue;
            int ordinal = request.Block.Ordinal;
            if (assembly.Owner != SourceId.None || assembly.IsClosing || assembly.Blocks.IsReceived(ordinal) ||
                assembly.Blocks.AskersOf(ordinal) >= maxAskers || provider.Requests.Pending.Contains(request.Block))
            {
                continue;
            }

            assembly.Blocks.Ask(ordinal, isShared: true);
            provider.Requests.Ask(request.Block, now);
            into.Add(request.Block);
        }
    }

    // Seconds till it has sent all that it was asked for; as long as it has kept us waiting at the least.
    private double Remaining(BlockProvider provider, long now)
    {
        provider.Requests.Pending.TryPeekOldest(out PendingRequest oldest);
        double waited = (now - oldest.SentAt) / _frequency;
        RequestWindow window = provider.Requests.Window;
        if (window.BytesPerSecond == 0)
            return waited > ProviderRequests.UnknownLatency ? waited : 0;
        double busy = (double)provider.Requests.Pending.Count * BlockRequest.MaxLength / window.BytesPerSecond;
        return Math.Max(busy, waited > window.Latency * 2 ? waited : 0);
    }

    // What another must take for its blocks at the least, in seconds, before they are requested from this provider too. Where it is our own limit
    // that they wait for, they would wait here just so.
    private double LeastRemaining(BlockProvider provider)
    {
        bool isMidway = _pieces.Table.Missing.Count + _pieces.Table.Deferred > 0;
        return Math.Max(provider.Requests.SecondsTillNext * ClearGain, isMidway ? MidwaySeconds : 0) + provider.Requests.LongestOwnDelay;
    }

    private readonly record struct Victim(int Index, double Remaining);
}
