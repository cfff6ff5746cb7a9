using Pieces.Net;
using Pieces.Primitives;

namespace Pieces.Torrents;

/// <summary>The rate limits of one torrent, inside those of its client, and those of each of its peers inside them.</summary>
internal sealed class TorrentLimits : IDisposable
{
    private readonly TimeProvider _time;
    private readonly TorrentOptions _options;

    /// <summary>Makes them.</summary>
    public TorrentLimits(TorrentServices services, TorrentOptions options)
    {
        _time = services.TimeProvider;
        _options = options;
        Download = Inside(services.DownloadLimiter, options.DownloadLimit);
        Upload = new RateLimiter(_time, options.UploadLimit, services.UploadLimiter, hasTurns: true);
    }

    /// <summary>Limits what all peers send us.</summary>
    public RateLimiter Download { get; }

    /// <summary>Limits what we send to all peers.</summary>
    public RateLimiter Upload { get; }

    /// <summary>The most that this torrent may upload, if no other does.</summary>
    public ByteRate UploadRate
    {
        get
        {
            ByteRate own = Upload.Rate, ofClient = Upload.Parent!.Rate;
            return own.IsUnlimited || (!ofClient.IsUnlimited && ofClient.BytesPerSecond < own.BytesPerSecond) ? ofClient : own;
        }
    }

    /// <summary>The limits of one peer's connection, which is to dispose of them.</summary>
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
/// <param name="Download">Limits what it receives.</param>
/// <param name="Upload">Limits what it sends.</param>
internal sealed record PeerLimits(RateLimiter Download, RateLimiter Upload) : IDisposable
{
    /// <summary>Counts what passed before the connection began: both handshakes (BEP 3).</summary>
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
