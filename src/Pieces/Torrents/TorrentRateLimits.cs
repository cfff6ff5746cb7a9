using Pieces.Net;
using Pieces.Primitives;

namespace Pieces.Torrents;

/// <summary>The rate limits of one torrent, which are nested in those of its client. The limits of its peers are nested in them.</summary>
internal sealed class TorrentRateLimits : IDisposable
{
    private readonly TimeProvider _time;
    private readonly TorrentOptions _options;

    public TorrentRateLimits(ClientServices services, TorrentOptions options)
    {
        _time = services.TimeProvider;
        _options = options;
        Download = Inside(services.DownloadLimiter, options.DownloadLimit);
        Upload = new RateLimiter(_time, options.UploadLimit, services.UploadLimiter, hasTurns: true);
    }

    /// <summary>Limits the bytes received from all peers.</summary>
    public RateLimiter Download { get; }

    /// <summary>Limits the bytes sent to all peers.</summary>
    public RateLimiter Upload { get; }

    /// <summary>Maximum upload rate of this torrent when no other torrent uploads.</summary>
    public ByteRate UploadRate
    {
        get
        {
            ByteRate own = Upload.Rate, ofClient = Upload.Parent!.Rate;
            return own.IsUnlimited || (!ofClient.IsUnlimited && ofClient.BytesPerSecond < own.BytesPerSecond) ? ofClient : own;
        }
    }

    /// <summary>Changes the limits.</summary>
    public void Set(LimitsSet limits)
    {
        Download.Rate = limits.Download;
        Upload.Rate = limits.Upload;
    }

    /// <summary>Creates the limits of one peer connection. The caller must dispose of them.</summary>
    public PeerLimits ForPeer() =>
        new(Inside(Download, _options.PeerDownloadLimit), Inside(Upload, _options.PeerUploadLimit));

    /// <inheritdoc/>
    public void Dispose()
    {
        Download.Dispose();
        Upload.Dispose();
    }

    private RateLimiter Inside(RateLimiter parent, ByteRate rate) => new(_time, rate, parent);
}

/// <summary>The rate limits of one connection.</summary>
/// <param name="Download">Limits the bytes received.</param>
/// <param name="Upload">Limits the bytes sent.</param>
internal sealed record PeerLimits(RateLimiter Download, RateLimiter Upload) : IDisposable
{
    /// <summary>
    /// Charges what was transferred before the connection started: a handshake of <paramref name="bytes"/> bytes in each direction (BEP 3).
    /// </summary>
    public void ChargeHandshake(int bytes)
    {
        Download.Charge(bytes);
        Upload.Charge(bytes);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Download.Dispose();
        Upload.Dispose();
    }
}
