using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Pieces.Trackers.Server;

namespace Pieces.Cli.Tracker;

/// <summary>A small tracker: HTTP and UDP on one port number, with everything in memory.</summary>
internal sealed class TrackerServer : IAsyncDisposable
{
    // A port that is free for UDP is seldom taken for TCP.
    private const int MaxTries = 20;

    private readonly WebApplication _http;
    private readonly UdpListener _udp;

    private TrackerServer(WebApplication http, UdpListener udp, IPAddress address)
    {
        _http = http;
        _udp = udp;
        LocalEndPoint = new IPEndPoint(address, udp.Port);
    }

    /// <summary>Where it listens, by TCP and by UDP.</summary>
    public IPEndPoint LocalEndPoint { get; }

    /// <summary>What a torrent names it by over HTTP.</summary>
    public string HttpUrl => $"http://{LocalEndPoint}/announce";

    /// <summary>What a torrent names it by over UDP.</summary>
    public string UdpUrl => $"udp://{LocalEndPoint}/announce";

    /// <summary>Starts one.</summary>
    /// <exception cref="IOException">The port is taken, or the address is not on this machine; the message is one clear line.</exception>
    public static async Task<TrackerServer> StartAsync(TrackerServerOptions options, CancellationToken cancellationToken)
    {
        AnnounceTable table = options.Table ?? new AnnounceTable(new AnnounceTableOptions { Interval = options.Interval, TimeProvider = options.TimeProvider, Random = options.Random });
        for (int tries = 1; ; tries++)
        {
            UdpListener udp = OpenUdp(options);
            try
            {
                var local = new IPEndPoint(options.Address, udp.Port);
                WebApplication http = await KestrelHost.StartAsync(local, new HttpAnnounceHandler(table, options.MinInterval), cancellationToken)
                    .ConfigureAwait(false);
                udp.Start(new UdpAnnounceHandler(table, options.TimeProvider));
                return new TrackerServer(http, udp, options.Address);
            }
            catch (IOException exception)
            {
                await udp.DisposeAsync().ConfigureAwait(false);
                if (options.Port != 0 || tries == MaxTries)
                    throw new IOException($"cannot listen on {new IPEndPoint(options.Address, options.Port)} by TCP: {exception.Message}", exception);
            }
            catch
            {
                await udp.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }
    }

    /// <summary>Runs one until it is cancelled.</summary>
    /// <param name="options">What it is to do.</param>
    /// <param name="started">Told once it listens; the place to print its URLs.</param>
    /// <param name="cancellationToken">Ends it; that is no error.</param>
    /// <exception cref="IOException">The port is taken, or the address is not on this machine; the message is one clear line.</exception>
    public static async Task RunAsync(TrackerServerOptions options, Action<TrackerServer> started, CancellationToken cancellationToken)
    {
        TrackerServer server;
        try
        {
            server = await StartAsync(options, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return;
        }

        await using (server.ConfigureAwait(false))
        {
            started(server);
            var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using CancellationTokenRegistration registration = cancellationToken.Register(ended.SetResult);
            await ended.Task.ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _udp.DisposeAsync().ConfigureAwait(false);

        // Requests take microseconds; a connection that stays open is not waited for.
        using var now = new CancellationTokenSource();
        await now.CancelAsync().ConfigureAwait(false);
        await _http.StopAsync(now.Token).ConfigureAwait(false);
        await _http.DisposeAsync().ConfigureAwait(false);
    }

    private static UdpListener OpenUdp(TrackerServerOptions options)
    {
        var local = new IPEndPoint(options.Address, options.Port);
        try
        {
            return new UdpListener(local, options.Logger);
        }
        catch (SocketException exception)
        {
            throw new IOException($"cannot listen on {local} by UDP: {exception.Message}", exception);
        }
    }
}
