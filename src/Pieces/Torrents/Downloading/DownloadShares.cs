using Pieces.Net;
using Pieces.Primitives;
using Pieces.Providers;

namespace Pieces.Torrents.Downloading;

/// <summary>
/// Keeps the requests that are out in proportion to what a download limit lets in. Without that, everything that was asked for would pile up in the
/// sockets' buffers, count as late there, and be fetched from others once more. Owned by the torrent's loop.
/// </summary>
internal sealed class DownloadShares
{
    // So much of a peer's share is out at one time, beside what is on its way to and fro; half of it to begin with, while those who come beside it
    // are not counted yet.
    private const double Seconds = 0.5;
    private const double FirstSeconds = 0.25;

    // A latency beyond this is a queue at the peer.
    private const double LongestLatency = 1;

    // Who sends more than its share, since others do not use theirs, may go on to grow.
    private const double Growth = 1.5;

    // The next block is asked for before one is here, or a peer would lose its turn again and again. Not where that would hold up both for seconds:
    // with so many that share, others fill the gap.
    private const int ManySharers = 3;
    private const double SmallShare = BlockRequest.MaxLength;

    private readonly RateLimiter _limiter;
    private readonly ByteRate _perPeer;
    private readonly HashSet<SourceId> _sharers = [];

    /// <summary>Makes it.</summary>
    /// <param name="limiter">What the torrent's providers share.</param>
    /// <param name="perPeer">The limit of each within it.</param>
    public DownloadShares(RateLimiter limiter, ByteRate perPeer)
    {
        _limiter = limiter;
        _perPeer = perPeer;
    }

    /// <summary>Counts the provider among those that share the limit, or no longer, and says how many of its requests may be pending.</summary>
    public void Tend(BlockProvider provider, long now)
    {
        Count(provider, provider.IsUseful && !provider.Link.IsChoking);
        RateShare share = _limiter.Share;
        if (!_perPeer.IsUnlimited && _perPeer.BytesPerSecond < share.BytesPerSecond)
            share = new RateShare(_perPeer.BytesPerSecond, 1);
        RequestWindow window = provider.Requests.Window;
        bool isLimited = !double.IsPositiveInfinity(share.BytesPerSecond);
        window.Allowance = isLimited ? Allowance(provider, share, now) : RequestWindow.MaxLimit;
        provider.Requests.OwnDelay = isLimited ? window.Allowance * BlockRequest.MaxLength / share.BytesPerSecond : 0;
    }

    /// <summary>The provider has left, or is asked for nothing any more.</summary>
    public void Release(BlockProvider provider) => Count(provider, takesShare: false);

    private static int Allowance(BlockProvider provider, RateShare share, long now)
    {
        double rate = share.BytesPerSecond, seconds = FirstSeconds;
        if (provider.Downloaded.Total > 0)
        {
            rate = Math.Max(rate, provider.Downloaded.BytesPerSecond(now) * Growth);
            seconds = Seconds + Math.Min(provider.Requests.Window.LeastLatency, LongestLatency);
        }

        int least = share.Sharers < ManySharers || share.BytesPerSecond >= SmallShare ? 2 : 1;
        return (int)Math.Clamp(rate * seconds / BlockRequest.MaxLength, least, RequestWindow.MaxLimit);
    }

    private void Count(BlockProvider provider, bool takesShare)
    {
        if (takesShare ? _sharers.Add(provider.Id) : _sharers.Remove(provider.Id))
            _limiter.AddSharers(takesShare ? 1 : -1);
    }
}
