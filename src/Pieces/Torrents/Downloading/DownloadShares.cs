using Pieces.Net;
using Pieces.Primitives;
using Pieces.Providers;

namespace Pieces.Torrents.Downloading;

/// <summary>
/// Keeps the pending requests in proportion to the download limit. Otherwise, all requested blocks would pile up in the socket buffers, count as late
/// there, and be requested from other providers a second time. Owned by the torrent's loop.
/// </summary>
internal sealed class DownloadShares
{
    // Pending requests cover this much time (in seconds) of a provider's share, in addition to its latency. Before its first block they cover only
    // half of that time, because providers that join at the same time are not counted yet.
    private const double Seconds = 0.5;
    private const double FirstSeconds = 0.25;

    // Maximum latency that is taken into account, in seconds. A higher latency means that a queue has formed at the peer.
    private const double LongestLatency = 1;

    // A provider that exceeds its share, because others do not use theirs, may grow to this multiple of its current rate.
    private const double Growth = 1.5;

    // At least two requests are pending per provider, so that the next block is requested before the last one has arrived. Otherwise a provider would
    // lose its turn again and again. If there are at least this many sharers and the share is below SmallShare (in bytes per second), only one
    // request is pending: two blocks would take several seconds, and other providers fill the gap.
    private const int ManySharers = 3;
    private const double SmallShare = BlockRequest.MaxLength;

    private readonly RateLimiter _limiter;
    private readonly ByteRate _perPeer;
    private readonly HashSet<SenderId> _sharers = [];

    /// <summary>Creates an instance.</summary>
    /// <param name="limiter">The rate limiter shared by the torrent's providers.</param>
    /// <param name="perPeer">The limit of each provider within that limit.</param>
    public DownloadShares(RateLimiter limiter, ByteRate perPeer)
    {
        _limiter = limiter;
        _perPeer = perPeer;
    }

    /// <summary>Updates whether the provider counts among those that share the limit, and sets the maximum number of its pending requests.</summary>
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

    /// <summary>The provider has left, or nothing more is requested from it.</summary>
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
