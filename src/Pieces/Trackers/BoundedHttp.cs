using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Pieces.Net;
using Pieces.Primitives;

namespace Pieces.Trackers;

/// <summary>
/// HTTP for answers of strangers: a GET with bounded redirects, headers, body (after decompression) and time. Connections are not kept, so that an
/// idle tracker costs nothing and every request is checked anew for where it leads.
/// </summary>
internal sealed class BoundedHttp : IDisposable
{
    /// <summary>Longest body after decompression, in bytes.</summary>
    public const int MaxBodyLength = 1024 * 1024;

    /// <summary>Most that the headers of an answer may take, in KiB.</summary>
    public const int MaxHeaderKibibytes = 16;

    // One silent address of several must not use up the whole time.
    private static readonly TimeSpan AddressPatience = TimeSpan.FromSeconds(5);

    private static readonly HttpRequestOptionsKey<Hop> HopKey = new("Pieces.Hop");

    private readonly TrackerSettings _settings;
    private readonly SocketsHttpHandler _handler;
    private readonly HttpMessageInvoker _invoker;

    /// <summary>Makes one; nothing is opened.</summary>
    public BoundedHttp(TrackerSettings settings)
    {
        _settings = settings;
        _handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.GZip | DecompressionMethods.Deflate,
            UseCookies = false,
            UseProxy = true,
            Proxy = new EnvironmentProxy(),
            PooledConnectionLifetime = TimeSpan.Zero,
            MaxResponseHeadersLength = MaxHeaderKibibytes,
            MaxResponseDrainSize = 0,
            ConnectCallback = ConnectAsync,
        };
        _invoker = new HttpMessageInvoker(_handler);
    }

    /// <summary>Gets the body at a URL, whatever the final status.</summary>
    /// <exception cref="TrackerException">Any failure, in words for people; nothing of the URL is in it.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async Task<(HttpStatusCode Status, byte[] Body)> GetAsync(Uri url, string userInfo, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(_settings.HttpTimeout, _settings.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            return await FollowAsync(url, userInfo, either.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (either.IsCancellationRequested && exception is (OperationCanceledException or HttpRequestException or IOException))
        {
            // A connection that is torn down by us may report that as a fault of its own.
            cancellationToken.ThrowIfCancellationRequested();
            throw new TrackerException(FormattableString.Invariant($"no complete answer within {_settings.HttpTimeout.TotalSeconds:0.#} s"), exception);
        }
        catch (HttpRequestException exception)
        {
            throw new TrackerException(Describe(exception), exception);
        }
        catch (IOException exception)
        {
            throw new TrackerException("the connection broke off within the answer", exception);
        }
        catch (InvalidDataException exception)
        {
            throw new TrackerException("the answer is damaged: it cannot be decompressed", exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _invoker.Dispose();
        _handler.Dispose();
    }

    private async Task<(HttpStatusCode Status, byte[] Body)> FollowAsync(Uri url, string userInfo, CancellationToken cancellationToken)
    {
        var hop = new Hop(null, false, url);
        for (int redirects = 0; ; redirects++)
        {
            using HttpRequestMessage request = RequestOf(hop, userInfo);
            using HttpResponseMessage response = await _invoker.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (!RedirectRule.IsRedirect(response.StatusCode))
                return (response.StatusCode, await ReadBodyAsync(response.Content, cancellationToken).ConfigureAwait(false));

            if (redirects == RedirectRule.MaxRedirects)
                throw new TrackerException($"redirects more than {RedirectRule.MaxRedirects} times");
            hop = Next(hop, response.Headers.Location);
        }
    }

    private static Hop Next(Hop hop, Uri? location)
    {
        if (location is null || !Uri.TryCreate(hop.To, location, out Uri? to) || !to.IsAbsoluteUri)
            throw new TrackerException("redirects without saying where to");
        if (RedirectRule.SchemeFault(to) is { } fault)
            throw new TrackerException(fault);
        bool isLoopback = hop.ReachedLoopback || TrackerHost.IsLoopbackName(hop.To);

        // The name is judged here and the addresses behind it when the connection is made, or the name server could lead where the name may not.
        // Behind a proxy there is only the name.
        if (TrackerHost.IsLoopbackName(to) && RedirectRule.LoopbackFault(hop.To, isLoopback, to) is { } loopbackFault)
            throw new TrackerException(loopbackFault);
        return new Hop(hop.To, isLoopback, to);
    }

    private static HttpRequestMessage RequestOf(Hop hop, string userInfo)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, hop.To) { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Options.Set(HopKey, hop);
        request.Headers.ConnectionClose = true;
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue(ProductName.Name, ProductName.Version));

        // Credentials are for the tracker that was named, not for wherever it leads.
        if (userInfo.Length > 0 && hop.From is null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(userInfo))));
        return request;
    }

    private static async Task<byte[]> ReadBodyAsync(HttpContent content, CancellationToken cancellationToken)
    {
        using Stream stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        using var body = new MemoryStream();
        byte[] buffer = new byte[16 * 1024];
        while (true)
        {
            int read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (read == 0)
                return body.ToArray();
            if (body.Length + read > MaxBodyLength)
                throw new TrackerException($"answered more than {MaxBodyLength} bytes");
            body.Write(buffer, 0, read);
        }
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        context.InitialRequestMessage.Options.TryGetValue(HopKey, out Hop? hop);
        bool isDirect = hop is not null && hop.To.IdnHost == context.DnsEndPoint.Host && hop.To.Port == context.DnsEndPoint.Port;
        IPAddress[] addresses = await _settings.Outbound.ResolveReachableAsync(context.DnsEndPoint.Host, cancellationToken).ConfigureAwait(false);
        for (int i = 0; ; i++)
        {
            IPAddress address = addresses[i];
            if (isDirect)
                Judge(hop!, address);
            bool isLast = i == addresses.Length - 1;
            using var patience = new CancellationTokenSource(isLast ? Timeout.InfiniteTimeSpan : AddressPatience, _settings.TimeProvider);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
            try
            {
                Socket socket = await _settings.Outbound.ConnectAsync(new IPEndPoint(address, context.DnsEndPoint.Port), either.Token).ConfigureAwait(false);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException) when (!isLast)
            {
                // The next address may answer; the last one's error is the one that is told.
            }
            catch (OperationCanceledException) when (!isLast && !cancellationToken.IsCancellationRequested)
            {
                // As above: this one is silent.
            }
        }
    }

    private static void Judge(Hop hop, IPAddress address)
    {
        bool isLoopback = TrackerHost.IsLoopback(address) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
        if (isLoopback && hop.From is { } from && RedirectRule.LoopbackFault(from, hop.FromLoopback, hop.To) is { } fault)
            throw new TrackerException(fault);
        hop.ReachedLoopback = isLoopback;
    }

    private static string Describe(HttpRequestException exception)
    {
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case TrackerException tracker:
                    return tracker.Message;
                case SocketException socket:
                    return SocketText.Of(socket);
                case AuthenticationException:
                    return "the TLS handshake failed: its certificate is not trusted or it speaks no TLS";
            }
        }

        return exception.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => "no such host",
            HttpRequestError.ConnectionError => "no connection",
            HttpRequestError.ConfigurationLimitExceeded => $"answered with more than {MaxHeaderKibibytes} KiB of headers",
            HttpRequestError.ResponseEnded => "the connection broke off within the answer",
            HttpRequestError.ProxyTunnelError => "the proxy refused",
            _ => "answered something that is not HTTP",
        };
    }

    /// <summary>One step on the way to the answer.</summary>
    /// <param name="From">The URL that led here, or null at the first one.</param>
    /// <param name="FromLoopback">Whether that was answered by loopback.</param>
    /// <param name="To">Where it leads.</param>
    private sealed record Hop(Uri? From, bool FromLoopback, Uri To)
    {
        /// <summary>Set once connected: whether <see cref="To"/> is loopback.</summary>
        public bool ReachedLoopback { get; set; }
    }
}
