using System.Net;
using System.Net.Sockets;
using Pieces.Trackers.Server;

namespace Pieces.Cli.Tracker;

/// <summary>A small tracker. It serves HTTP and UDP on the same port number and keeps everything in memory.</summary>
internal sealed class TrackerServer : IAsyncDisposable
{
    // Maximum number of attempts to find a port that is free for both UDP and TCP. A port that is free for UDP is rarely in use for TCP.
    private const int MaxTries = 20;

    private readonly KestrelHost _http;
    private readonly UdpListener _udp;

    private TrackerServer(KestrelHost http, UdpListener udp, IPAddress address)
    {
        _http = http;
        _udp = udp;
        LocalEndPoint = new IPEndPoint(address, udp.Port);
    }

    /// <summary>The address and port on which it listens, for both TCP and UDP.</summary>
    public IPEndPoint LocalEndPoint { get; }

    /// <summary>The announce URL for HTTP.</summary>
    public string HttpUrl => $"http://{LocalEndPoint}/announce";

    /// <summary>The announce URL for UDP.</summary>
    public string UdpUrl => $"udp://{LocalEndPoint}/announce";

    /// <summary>Starts a tracker.</summary>
    /// <exception cref="IOException">The port is in use, or the address does not belong to this machine. The message is a single line for the
    /// user.</exception>
    public static async Task<TrackerServer> StartAsync(TrackerServerOptions options, CancellationToken cancellationToken)
    {
        AnnounceTable table = options.Table ?? new AnnounceTable(
            new AnnounceTableOptions { Interval = options.Interval, TimeProvider = options.TimeProvider, Random = options.Random });
        for (int tries = 1; ; tries++)
        {
            UdpListener udp = OpenUdp(options);
            try
            {
                var local = new IPEndPoint(options.Address, udp.Port);
                KestrelHost http = await KestrelHost.StartAsync(local, new HttpAnnounceHandler(table, options.MinInterval), cancellationToken)
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

    /// <summary>Runs a tracker until it is cancelled.</summary>
    /// <param name="options">Options of the tracker.</param>
    /// <param name="started">Called once the tracker listens, for example to print its URLs.</param>
    /// <param name="cancellationToken">Ends the tracker. This is not an error.</param>
    /// <exception cref="IOException">The port is in use, or the address does not belong to this machine. The message is a single line for the
    /// user.</exception>
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
