using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Pieces.Cli.Failures;
using Pieces.Cli.Sources;
using Pieces.Cli.Tracker;
using Pieces.Cli.Transfers;
using Pieces.Metadata;
using Pieces.Primitives;
using Pieces.Torrents;
using Pieces.Trackers.Server;
using Serilog;

namespace Pieces.Cli.Share;

/// <summary>
/// The host of a share. Its only source is the described content. Its tracker knows only this swarm and runs as long as the torrent.
/// </summary>
internal sealed class ShareHost : ITransferHost
{
    private readonly ITransferHost _host;
    private readonly ShareRun _run;
    private readonly IPAddress? _bound;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private TrackerServer? _tracker;

    /// <param name="host">The host of the torrent. It is disposed together with this object.</param>
    /// <param name="run">The state of the share.</param>
    /// <param name="bound">The address that all sockets are bound to, or null.</param>
    /// <param name="time">Source of time.</param>
    /// <param name="logger">The logger of the tracker.</param>
    public ShareHost(ITransferHost host, ShareRun run, IPAddress? bound, TimeProvider time, ILogger logger)
    {
        _host = host;
        _run = run;
        _bound = bound;
        _time = time;
        _logger = logger;
    }

    /// <summary>Provides the addresses of the machine; by default those of this machine.</summary>
    public IMachineAddresses Machine { get; init; } = new MachineAddresses();

    /// <summary>Called with each warning.</summary>
    public required Action<string> Warn { get; init; }

    /// <inheritdoc/>
    public int ListenPort => _host.ListenPort;

    /// <inheritdoc/>
    public void TrimMemory() => _host.TrimMemory();

    /// <inheritdoc/>
    public Task<TransferSource> LoadAsync(string source, CancellationToken cancellationToken) =>
        Task.FromResult(new TransferSource(_run.Plan.Content.Metainfo) { Location = _run.Plan.Location });

    /// <inheritdoc/>
    public async Task<ITransfer> AddAsync(
        TransferSource torrent,
        ImmutableArray<int>? selected,
        Func<Metainfo, ImmutableArray<int>?> choose,
        IProgress<TorrentNotice> notices,
        CancellationToken cancellationToken)
    {
        ITransfer transfer = await _host.AddAsync(torrent, selected, choose, notices, cancellationToken);
        try
        {
            if (ListenPort == 0)
                throw new FailureException(ExitCode.Failure, "no port to listen on is free, so no peer could download it (-p 0 uses any)");
            _run.Open(await OpenAsync(torrent.Metainfo!, cancellationToken));
            return transfer;
        }
        catch
        {
            await transfer.StopAsync();
            throw;
        }
    }

    /// <summary>Stops the tracker before the torrent, because a peer that the tracker announces later could not be served.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_tracker is not null)
            await _tracker.DisposeAsync();
        await _host.DisposeAsync();
    }

    private async Task<ShareOffer> OpenAsync(Metainfo metainfo, CancellationToken cancellationToken)
    {
        var table = new AnnounceTable(new AnnounceTableOptions
        {
            Interval = new TrackerServerOptions().Interval,
            MaxSwarms = 1,
            TimeProvider = _time,
            Completed = (_, peer) => _run.Heard(peer),
        });
        IReadOnlyList<IPAddress> addresses = ShareAddresses.Find(_bound, Machine);
        if (ShareAddresses.WarningOf(_bound, addresses) is { } warning)
            Warn(warning);

        // Clients that do not support x.pe learn our address from the tracker. Compact responses, which all clients request, omit the peer id.
        var id = PeerId.Create(new Random());
        foreach (IPAddress address in addresses)
            table.Keep(metainfo, new TrackedPeer(id, new IPEndPoint(address, ListenPort)));
        _tracker = await StartAsync(table, cancellationToken);
        return ShareOffer.Of(metainfo, addresses, ListenPort, _tracker.LocalEndPoint.Port);
    }

    // The tracker uses the port after the peer port, so that a user with a firewall has to open only these two. If it is in use, any free port is
    // used.
    private async Task<TrackerServer> StartAsync(AnnounceTable table, CancellationToken cancellationToken)
    {
        var options = new TrackerServerOptions
        {
            Address = _bound ?? (Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any),
            Port = ListenPort < IPEndPoint.MaxPort ? ListenPort + 1 : 0,
            Table = table,
            TimeProvider = _time,
            Logger = _logger,
        };
        try
        {
            return await TrackerServer.StartAsync(options, cancellationToken);
        }
        catch (IOException)
        {
            return await TrackerServer.StartAsync(options with { Port = 0 }, cancellationToken);
        }
    }
}
