using Pieces.Picking;
using Pieces.Primitives;
using Pieces.Providers;

namespace Pieces.Torrents.Downloading;

/// <summary>
/// Requests blocks a second time once every block is requested, at the end of the download or in the whole window. An idle provider receives requests
/// for the blocks that slower providers would send last. A single slow provider then does not delay the download. A block is requested again only if
/// that saves time, which keeps the waste small.
/// </summary>
internal sealed class Endgame
{
    // Maximum number of slower providers whose requests are examined per call.
    private const int MostVictims = 16;

    // Delay before a fruitless search is repeated for the same provider, in seconds. A search examines every provider.
    private const double RestSeconds = 0.01;

    // Rates are estimates, so the gain must be clear: the slower provider must need this many times as long as this one.
    private const double ClearGain = 1.25;

    // While there are still pieces to open, blocks are only taken over from a provider that needs more than this time (in seconds) to send them.
    // Providers of similar speed free memory soon anyway, and duplicate requests would only waste what they send.
    private const double MidwaySeconds = 0.5;

    private readonly PieceManager _pieces;
    private readonly double _frequency;

    // Providers for which the last search found nothing, with the timestamp at which the next search is allowed.
    private readonly Dictionary<SenderId, long> _restUntil = [];

    public Endgame(PieceManager pieces, TimeProvider time)
    {
        _pieces = pieces;
        _frequency = time.TimestampFrequency;
    }

    /// <summary>Appends requests until <paramref name="into"/> has <paramref name="end"/> entries or no further request would save time.</summary>
    /// <param name="provider">The provider to request from.</param>
    /// <param name="source">The pieces that may be requested from it.</param>
    /// <param name="now">Timestamp.</param>
    /// <param name="end">Maximum number of entries in <paramref name="into"/>.</param>
    /// <param name="into">Receives the requests.</param>
    public void Fill(BlockProvider provider, IPeerPieces source, long now, int end, List<BlockRequest> into)
    {
        // A provider whose speed is unknown gets one block only. It may be as slow as the provider whose blocks it takes over.
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
    public void Forget(SenderId provider) => _restUntil.Remove(provider);

    // The slowest provider after `before`, in the order of decreasing slowness and then increasing index.
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

    // Starts with the last requests: these are the blocks that the slower provider would send last.
    private void TakeOver(BlockProvider provider, IPeerPieces source, Victim victim, int maxAskers, long now, int end, List<BlockRequest> into)
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
            if (assembly.Owner != SenderId.None || assembly.IsClosing || assembly.Blocks.IsReceived(ordinal) ||
                assembly.Blocks.AskersOf(ordinal) >= maxAskers || provider.Requests.Pending.Contains(request.Block))
            {
                continue;
            }

            assembly.Blocks.Ask(ordinal, isShared: true);
            provider.Requests.Ask(request.Block, now);
            into.Add(request.Block);
        }
    }

    // Estimated time in seconds until the provider has sent all pending blocks; at least the time it has kept us waiting, if that is suspiciously
    // long.
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

    // Minimum time (in seconds) that the slower provider must still need before its blocks are requested from this provider too. If our own rate
    // limit is the bottleneck, moving them would gain nothing.
    private double LeastRemaining(BlockProvider provider)
    {
        bool isMidway = _pieces.Table.Missing.Count + _pieces.Table.Deferred > 0;
        return Math.Max(provider.Requests.SecondsTillNext * ClearGain, isMidway ? MidwaySeconds : 0) + provider.Requests.LongestOwnDelay;
    }

    private readonly record struct Victim(int Index, double Remaining);
}
