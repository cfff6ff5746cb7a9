using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pieces.Trackers.Server;

namespace Pieces.Cli.Tracker;

/// <summary>
/// The HTTP part of the tracker: Kestrel with tight limits. The server is used without the host of a web application. The host would bring
/// configuration, routing, logging and signal handlers, which a tracker does not use and which enlarge every start of the program.
/// </summary>
internal sealed class KestrelHost : IAsyncDisposable
{
    /// <summary>Maximum number of simultaneous HTTP connections to the tracker.</summary>
    public const int MaxConnections = 1000;

    /// <summary>Maximum length of a request body, in bytes. Announces have no body.</summary>
    public const int MaxBodyLength = 1024;

    /// <summary>Maximum length of a request line, in bytes.</summary>
    public const int MaxRequestLine = 8 * 1024;

    private readonly KestrelServer _server;

    private KestrelHost(KestrelServer server) => _server = server;

    /// <summary>Starts listening.</summary>
    /// <exception cref="IOException">The port is in use, or the address does not belong to this machine.</exception>
    public static async Task<KestrelHost> StartAsync(IPEndPoint local, HttpAnnounceHandler handler, CancellationToken cancellationToken)
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxConcurrentConnections = MaxConnections;
        options.Limits.MaxRequestBodySize = MaxBodyLength;
        options.Limits.MaxRequestLineSize = MaxRequestLine;
        options.Limits.MaxRequestHeadersTotalSize = 2 * MaxRequestLine;
        options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        options.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(15);
        options.Listen(local, endpoint => endpoint.Protocols = HttpProtocols.Http1);
        var sockets = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance);
        var host = new KestrelHost(new KestrelServer(Options.Create(options), sockets, NullLoggerFactory.Instance));
        try
        {
            await host._server.StartAsync(new AnnounceApplication(handler), cancellationToken).ConfigureAwait(false);
            return host;
        }
        catch
        {
            await host.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Closes all connections without waiting, because requests take microseconds.</summary>
    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        _server.Dispose();
    }

    // Kestrel passes each request as a collection of features, and a tracker needs no other view of it.
    private sealed class AnnounceApplication(HttpAnnounceHandler handler) : IHttpApplication<IFeatureCollection>
    {
        public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

        public async Task ProcessRequestAsync(IFeatureCollection context)
        {
            IHttpRequestFeature request = context.GetRequiredFeature<IHttpRequestFeature>();
            IHttpResponseFeature response = context.GetRequiredFeature<IHttpResponseFeature>();
            IPAddress remote = context.GetRequiredFeature<IHttpConnectionFeature>().RemoteIpAddress ?? IPAddress.None;
            byte[]? answer = HttpMethods.IsGet(request.Method) ? handler.Answer(request.RawTarget, remote) : null;
            if (answer is null)
            {
                response.StatusCode = StatusCodes.Status404NotFound;
                return;
            }

            response.Headers.ContentType = "text/plain";
            response.Headers.ContentLength = answer.Length;
            await context.GetRequiredFeature<IHttpResponseBodyFeature>().Writer
                .WriteAsync(answer, context.GetRequiredFeature<IHttpRequestLifetimeFeature>().RequestAborted).ConfigureAwait(false);
        }

        public void DisposeContext(IFeatureCollection context, Exception? exception)
        {
            // The features belong to Kestrel.
        }
    }
}
