using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pieces.Trackers.Server;

namespace Pieces.Cli.Tracker;

/// <summary>The HTTP part of the tracker: Kestrel with tight limits, and without configuration, logging and signal handlers of its own.</summary>
internal static class KestrelHost
{
    /// <summary>Maximum number of simultaneous HTTP connections to the tracker.</summary>
    public const int MaxConnections = 1000;

    /// <summary>Maximum length of a request body, in bytes. Announces have no body.</summary>
    public const int MaxBodyLength = 1024;

    /// <summary>Maximum length of a request line, in bytes.</summary>
    public const int MaxRequestLine = 8 * 1024;

    /// <summary>Starts listening.</summary>
    /// <exception cref="IOException">The port is in use, or the address does not belong to this machine.</exception>
    public static async Task<WebApplication> StartAsync(IPEndPoint local, HttpAnnounceHandler handler, CancellationToken cancellationToken)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();

        // Configuration in the environment or in the current folder is meant for other web servers.
        builder.Configuration.Sources.Clear();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IHostLifetime, SilentLifetime>();
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxConcurrentConnections = MaxConnections;
            options.Limits.MaxRequestBodySize = MaxBodyLength;
            options.Limits.MaxRequestLineSize = MaxRequestLine;
            options.Limits.MaxRequestHeadersTotalSize = 2 * MaxRequestLine;
            options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            options.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(15);
            options.Listen(local);
        });
        WebApplication application = builder.Build();
        application.Run(context => AnswerAsync(context, handler));
        try
        {
            await application.StartAsync(cancellationToken).ConfigureAwait(false);
            return application;
        }
        catch
        {
            await application.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task AnswerAsync(HttpContext context, HttpAnnounceHandler handler)
    {
        string target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        byte[]? answer = HttpMethods.IsGet(context.Request.Method)
            ? handler.Answer(target, context.Connection.RemoteIpAddress ?? IPAddress.None)
            : null;
        if (answer is null)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        context.Response.ContentType = "text/plain";
        context.Response.ContentLength = answer.Length;
        await context.Response.Body.WriteAsync(answer, context.RequestAborted).ConfigureAwait(false);
    }

    private sealed class SilentLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
