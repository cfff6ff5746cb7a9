using Pieces.Net;
using Pieces.Net.Http;
using Pieces.Primitives;

namespace Pieces.Trackers;

/// <summary>An HTTP or HTTPS tracker (BEP 3, 7, 23, 31, 48).</summary>
internal sealed class HttpTracker : ITracker
{
    /// <summary>Maximum length of a response after decompression, in bytes.</summary>
    public const int MaxBodyLength = 1024 * 1024;

    private readonly Uri _url;
    private readonly IReadOnlyList<string> _secrets;
    private readonly HttpFetcher _http;
    private readonly AddressPolicy _addresses;

    /// <summary>Creates a tracker; nothing is opened.</summary>
    /// <param name="url">An absolute http: or https: URL.</param>
    /// <param name="settings">How it is contacted.</param>
    public HttpTracker(Uri url, TrackerSettings settings)
    {
        _url = url;
        _secrets = TrackerUrl.SecretsOf(url.OriginalString);
        _http = new HttpFetcher(settings.Outbound, new HttpFetchOptions
        {
            MaxBodyLength = MaxBodyLength,
            Timeout = settings.HttpTimeout,
            TimeProvider = settings.TimeProvider,
            Redirects = RedirectRule.Tracker,
            Requester = settings.Requester,
            AddressFault = address => settings.AddressFault(address, url.AbsolutePath),
            AcceptsShortBody = true,
        });
        _addresses = settings.Addresses;
        DisplayUrl = TrackerUrl.Redact(url.OriginalString);
    }

    /// <inheritdoc/>
    public string DisplayUrl { get; }

    /// <inheritdoc/>
    public async Task<AnnounceResponse> AnnounceAsync(AnnounceRequest request, CancellationToken cancellationToken)
    {
        AnnounceResponse response = await GetAsync(HttpTrackerQuery.Announce(_url, request), ReadAnnounce, cancellationToken).ConfigureAwait(false);
        return response.Warning is { } warning ? response with { Warning = TrackerText.WithoutSecrets(warning, _secrets) } : response;
    }

    /// <inheritdoc/>
    public async Task<ScrapeResponse> ScrapeAsync(SwarmKey infoHash, CancellationToken cancellationToken)
    {
        Uri url = HttpTrackerQuery.Scrape(_url, infoHash) ?? throw new TrackerException("cannot be scraped: its path does not end in /announce");
        return await GetAsync(url, answer => HttpTrackerAnswer.ReadScrape(answer.Status, answer.Body, infoHash), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private AnnounceResponse ReadAnnounce(HttpAnswer answer) =>
        HttpTrackerAnswer.ReadAnnounce(answer.Status, answer.Body, _addresses).BelievedOf(answer.Reach);

    // Some servers state a longer body than they send: a complete bencoded value is accepted anyway.
    private static T Read<T>(HttpAnswer answer, Func<HttpAnswer, T> read)
    {
        try
        {
            return read(answer);
        }
        catch (TrackerException e) when (answer.IsShort && !e.IsRefusal)
        {
            throw new TrackerException(HttpFault.BrokeOff, e);
        }
    }

    private async Task<T> GetAsync<T>(Uri url, Func<HttpAnswer, T> read, CancellationToken cancellationToken)
    {
        try
        {
            return Read(await _http.GetAnswerAsync(url, _url.UserInfo, cancellationToken).ConfigureAwait(false), read);
        }
        catch (HttpFetchException exception)
        {
            throw new TrackerException(TrackerText.WithoutSecrets(exception.Message, _secrets), exception);
        }
        catch (TrackerException exception)
        {
            throw new TrackerException(TrackerText.WithoutSecrets(exception.Message, _secrets), exception)
            {
                IsRefusal = exception.IsRefusal,
                IsFinal = exception.IsFinal,
                RetryIn = exception.RetryIn,
            };
        }
    }
}
