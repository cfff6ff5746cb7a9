#pragma warning disable RS0030 // The only place that uses SocketsHttpHandler.

using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Pieces.Primitives;

namespace Pieces.Net.Http;

/// <summary>
/// Fetches untrusted HTTP responses: GET with limits on redirects, headers, body (after decompression) and time. Connections are not reused, so that
/// idle servers cost nothing and the address of every request is checked. The proxy of the environment is used. Safe for all threads.
/// </summary>
internal sealed class HttpFetcher : IDisposable
{
    // Time until the next address is tried: one address that does not respond must not use up the whole timeout.
    private static readonly TimeSpan AddressPatience = TimeSpan.FromSeconds(5);

    private static readonly HttpRequestOptionsKey<HttpHop> HopKey = new("Pieces.Hop");

    private readonly Outbound _outbound;
    private readonly HttpFetchOptions _options;
    private readonly HttpMessageInvoker _bodies;
    private readonly Lazy<HttpMessageInvoker> _ranges;

    /// <summary>Creates an instance; nothing is opened.</summary>
    /// <param name="binding">The binding of every socket, or null for no restriction.</param>
    /// <param name="options">Limits and rules.</param>
    public HttpFetcher(LocalBinding? binding, HttpFetchOptions options)
        : this(new Outbound(binding), options)
    {
    }

    /// <summary>Creates an instance; nothing is opened.</summary>
    /// <param name="outbound">Opens sockets and looks up names.</param>
    /// <param name="options">Limits and rules.</param>
    internal HttpFetcher(Outbound outbound, HttpFetchOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _outbound = outbound;
        _options = options;
        _bodies = NewInvoker(options.Decompression);

        // A handler that decompresses also sends Accept-Encoding, whatever the request contains.
        _ranges = new Lazy<HttpMessageInvoker>(() => NewInvoker(DecompressionMethods.None));
    }

    /// <summary>Returns the body at a URL, whatever the final status.</summary>
    /// <param name="url">An absolute http: or https: URL.</param>
    /// <param name="userInfo">User name and password for this server, <c>name:password</c>, percent-encoded; empty for none.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <exception cref="HttpFetchException">Any failure.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled the request.</exception>
    public async Task<(HttpStatusCode Status, ReadOnlyMemory<byte> Body)> GetAsync(Uri url, string userInfo, CancellationToken cancellationToken)
    {
        HttpAnswer answer = await GetAnswerAsync(url, userInfo, cancellationToken).ConfigureAwait(false);
        return (answer.Status, answer.Body);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _bodies.Dispose();
        if (_ranges.IsValueCreated)
            _ranges.Value.Dispose();
    }

    /// <summary>As <see cref="GetAsync"/>, and also returns the reach of the server's address.</summary>
    internal Task<HttpAnswer> GetAnswerAsync(Uri url, string userInfo, CancellationToken cancellationToken) => InTimeAsync(
        async token =>
        {
            (HttpResponseMessage response, HttpHop last) = await FollowAsync(url, userInfo, range: null, token).ConfigureAwait(false);
            using (response)
            {
                (ReadOnlyMemory<byte> body, bool isShort) = await ReadBodyAsync(response.Content, token).ConfigureAwait(false);
                return new HttpAnswer(response.StatusCode, body, last.Reached, isShort);
            }
        },
        cancellationToken);

    /// <summary>Requests a byte range of a URL; the body is read as it arrives.</summary>
    /// <param name="url">An absolute http: or https: URL.</param>
    /// <param name="userInfo">As for <see cref="GetAsync"/>.</param>
    /// <param name="first">Position of the first byte.</param>
    /// <param name="last">Position of the last byte.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <exception cref="HttpFetchException">Any failure, including a response with another range or status.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled the request.</exception>
    internal async Task<HttpRange> GetRangeAsync(Uri url, string userInfo, long first, long last, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfLessThan(last, first);
        HttpResponseMessage? response = null;
        try
        {
            return await InTimeAsync(
                async token =>
                {
                    (response, _) = await FollowAsync(url, userInfo, new RangeHeaderValue(first, last), token).ConfigureAwait(false);
                    return await HttpRange.OpenAsync(response, first, last, _options, token).ConfigureAwait(false);
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            response?.Dispose();
            throw;
        }
    }

    private HttpMessageInvoker NewInvoker(DecompressionMethods decompression) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = decompression,
        UseCookies = false,
        UseProxy = true,
        Proxy = new EnvironmentProxy(),
        PooledConnectionLifetime = TimeSpan.Zero,
        MaxResponseHeadersLength = HttpFetchOptions.MaxHeaderKibibytes,
        MaxResponseDrainSize = 0,
        ConnectCallback = ConnectAsync,
    });

    private async Task<T> InTimeAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(_options.Timeout, _options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            return await work(either.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (either.IsCancellationRequested && e is (OperationCanceledException or HttpRequestException or IOException))
        {
            // When we close a connection, it may report that as an error of its own.
            cancellationToken.ThrowIfCancellationRequested();
            throw new HttpFetchException(FormattableString.Invariant($"no complete response within {_options.Timeout.TotalSeconds:0.#} s"), e);
        }
        catch (HttpRequestException e)
        {
            throw new HttpFetchException(HttpFault.Describe(e), e);
        }
        catch (IOException e)
        {
            throw new HttpFetchException(HttpFault.BrokeOff, e);
        }
        catch (InvalidDataException e)
        {
            throw new HttpFetchException("the response is damaged: it cannot be decompressed", e);
        }
    }

    private async Task<(HttpResponseMessage Response, HttpHop Last)> FollowAsync(
        Uri url, string userInfo, RangeHeaderValue? range, CancellationToken cancellationToken)
    {
        var hop = new HttpHop(null, AddressReach.Nobody, url);
        HttpMessageInvoker invoker = range is null ? _bodies : _ranges.Value;
        for (int redirects = 0; ; redirects++)
        {
            using HttpRequestMessage request = RequestOf(hop, userInfo, range);
            HttpResponseMessage response = await invoker.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (!RedirectRule.IsRedirect(response.StatusCode))
                return (response, hop);
            using (response)
            {
                if (redirects == RedirectRule.MaxRedirects)
                    throw new HttpFetchException($"redirects more than {RedirectRule.MaxRedirects} times");
                hop = hop.Next(response.Headers.Location, _options.Redirects);
            }
        }
    }

    private static HttpRequestMessage RequestOf(HttpHop hop, string userInfo, RangeHeaderValue? range)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, hop.To)
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Options.Set(HopKey, hop);
        request.Headers.ConnectionClose = true;
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue(ProductName.Name, ProductName.Version));

        // Credentials are for the server in the URL, not for the target of a redirect.
        if (userInfo.Length > 0 && hop.From is null)
        {
            byte[] credentials = Encoding.UTF8.GetBytes(Uri.UnescapeDataString(userInfo));
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(credentials));
        }

        if (range is not null)
        {
            request.Headers.Range = range;
            request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
        }

        return request;
    }

    private async Task<(ReadOnlyMemory<byte> Body, bool IsShort)> ReadBodyAsync(HttpContent content, CancellationToken cancellationToken)
    {
        using Stream stream = Decompressed(content, await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false));
        using var body = new MemoryStream();
        byte[] buffer = new byte[16 * 1024];
        while (true)
        {
            int read;
            bool isShort = false;
            try
            {
                read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            }
            catch (IOException) when (_options.AcceptsShortBody && body.Length > 0 && !cancellationToken.IsCancellationRequested)
            {
                // The content itself shows whether it is complete.
                (read, isShort) = (0, true);
            }

            if (read == 0)
                return (body.GetBuffer().AsMemory(0, (int)body.Length), isShort);
            if (body.Length + read > _options.MaxBodyLength)
                throw new HttpFetchException($"sent more than {_options.MaxBodyLength} bytes") { IsTooLong = true };
            body.Write(buffer, 0, read);
        }
    }

    // The runtime decompresses a body only if its encoding is called "gzip". "x-gzip" is an old name of the same encoding (RFC 9110, section
    // 8.4.1.3), so it is decompressed here.
    private Stream Decompressed(HttpContent content, Stream stream) =>
        _options.Decompression.HasFlag(DecompressionMethods.GZip)
        && content.Headers.ContentEncoding.Contains("x-gzip", StringComparer.OrdinalIgnoreCase)
        ? new GZipStream(stream, CompressionMode.Decompress)
        : stream;

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        context.InitialRequestMessage.Options.TryGetValue(HopKey, out HttpHop? hop);
        bool isDirect = hop is not null && hop.To.IdnHost == context.DnsEndPoint.Host && hop.To.Port == context.DnsEndPoint.Port;

        // A proxy may close the connection on which it requests credentials, so one more is allowed; nothing else is repeated.
        if (hop is not null && ++hop.Connections > (isDirect ? 1 : 2))
            throw new HttpFetchException(HttpFault.BrokeOff);
        IPAddress[] addresses = await ResolveAsync(context.DnsEndPoint.Host, cancellationToken).ConfigureAwait(false);
        for (int i = 0; ; i++)
        {
            IPAddress address = addresses[i];
            if (isDirect)
                Judge(hop!, address);
            bool isLast = i == addresses.Length - 1;
            using var patience = new CancellationTokenSource(isLast ? Timeout.InfiniteTimeSpan : AddressPatience, _options.TimeProvider);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
            try
            {
                Socket socket = await _outbound.ConnectAsync(new IPEndPoint(address, context.DnsEndPoint.Port), either.Token).ConfigureAwait(false);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException) when (!isLast)
            {
                // Try the next address; only the last one's error is reported.
            }
            catch (OperationCanceledException) when (!isLast && !cancellationToken.IsCancellationRequested)
            {
                // As above: this address did not respond in time.
            }
        }
    }

    private async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        try
        {
            return await _outbound.ResolveReachableAsync(host, _options.Requester, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            throw new HttpFetchException(SocketText.NoAddress(host, e), e);
        }
    }

    private void Judge(HttpHop hop, IPAddress address)
    {
        AddressReach reach = HostName.ReachOf(address);
        if (hop.From is { } from && _options.Redirects.ReachFault(from, hop.FromReach, hop.To, reach) is { } fault)
            throw new HttpFetchException(fault);

        // Redirects between ports of this machine are decided by the redirect rule.
        bool isJudged = hop.From is not null && reach == AddressReach.Loopback;
        if (!isJudged && _options.AddressFault?.Invoke(address) is { } forbidden)
            throw new HttpFetchException(forbidden);
        hop.Reached = reach;
    }
}
