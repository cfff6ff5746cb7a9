using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Pieces.Dht;
using Pieces.Dht.Queries;
using Pieces.Discovery;
using Pieces.Encryption;
using Pieces.Metadata;
using Pieces.Net;
using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Storage.Files;
using Pieces.Storage.Opening;
using Pieces.Storage.Transfer;
using Pieces.Torrents;
using Pieces.Torrents.Lifecycle;
using Pieces.Trackers;

namespace Pieces;

/// <summary>
/// Downloads and seeds torrents, and owns what they share: the listener, the memory budget, the disk workers and the rate limits. Safe for all
/// threads.
/// </summary>
public sealed class TorrentClient : IAsyncDisposable
{
    private readonly TorrentClientOptions _options;
    private readonly ClientServices _services;
    private readonly ConcurrentDictionary<TorrentId, RunningTorrent> _torrents = new();
    private readonly ConcurrentDictionary<SwarmKey, RunningTorrent> _swarms = new();
    private readonly UdpPort _udp;
    private readonly Lock _gate = new();
    private PeerListener? _listener;
    private readonly bool _isSimulated;
    private Task? _listening;
    private bool _isDisposed;

    /// <summary>Creates a client; no port is opened before the first torrent is added.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public TorrentClient(TorrentClientOptions? options = null)
        : this(options ?? new TorrentClientOptions(), ClientNetwork.OfSystem(options ?? new TorrentClientOptions()))
    {
    }

    internal TorrentClient(
        TorrentClientOptions options,
        ClientNetwork network,
        Func<StorageOptions, ITorrentStore>? makeStore = null,
        Func<string, ITracker>? makeTracker = null)
    {
        options.Validate();
        _options = options;
        _isSimulated = network.IsSimulated;
        TimeProvider time = options.TimeProvider;
        ILogger logger = options.CreateLogger();
        var ports = new PortState();
        var connections = new ConnectionBudget(options.MaxConnections);
        _udp = new UdpPort(ports, network.OpenUdp, time, logger);
        _services = new ClientServices
        {
            TimeProvider = time,
            Logger = logger,
            Transport = network.Transport,
            Encryption = new StreamEncryption(options.Encryption, ChanceOf(options, network), time),
            // Uses the system clock even if the client has another one: it detects real disks that hang.
            DiskQueue = new DiskQueue(),
            Handles = new HandleCache(options.MaxOpenFiles, connections.Shed),
            BlockPool = new BlockPool(),
            MemoryBudget = new MemoryBudget(options.PieceMemory),
            Connections = connections,
            DownloadLimiter = new RateLimiter(time, options.DownloadLimit),
            UploadLimiter = new RateLimiter(time, options.UploadLimit, hasTurns: true),
            Ports = ports,
            Dht = CreateDht(network, logger),
            Outbound = network.Outbound,
            Addresses = network.Addresses,
            MakeStore = makeStore,
            MakeTracker = makeTracker,
            LocalDiscovery = network.LocalNetwork is null ? null : new LocalDiscovery(new LocalDiscoveryOptions
            {
                TimeProvider = time,
                Random = new Random(options.Random.Next()),
                Logger = logger,
                Ports = ports,
                Network = network.LocalNetwork,
            }),
        };
    }

    /// <summary>The port we listen on, or 0 if the listener is not open or could not be opened.</summary>
    public int ListenPort => _services.Ports.Bound;

    /// <summary>The torrents that have been added and have not stopped. A snapshot, in no particular order.</summary>
    public IReadOnlyList<Torrent> Torrents => [.. _torrents.Values.Select(running => running.Torrent)];

    /// <summary>
    /// Maximum download rate in bytes per second over all torrents, protocol overhead included. A change takes effect at once. Initially
    /// <see cref="TorrentClientOptions.DownloadLimit"/>.
    /// </summary>
    public ByteRate DownloadLimit
    {
        get => _services.DownloadLimiter.Rate;
        set => _services.DownloadLimiter.Rate = value;
    }

    /// <summary>
    /// Maximum upload rate in bytes per second over all torrents, protocol overhead included. A change takes effect at once. Initially
    /// <see cref="TorrentClientOptions.UploadLimit"/>.
    /// </summary>
    public ByteRate UploadLimit
    {
        get => _services.UploadLimiter.Rate;
        set => _services.UploadLimiter.Rate = value;
    }

    internal BlockPool BlockPool => _services.BlockPool;

    internal bool IsDiskBusy => _services.DiskQueue.IsBusy;

    internal MemoryBudget MemoryBudget => _services.MemoryBudget;

    internal ClientServices Services => _services;

    /// <summary>
    /// Starts a torrent. Completes when the client listens and the torrent has been added, before its data is checked. If its data cannot be opened
    /// (a path is taken, locked or not permitted, or the disk is full), <see cref="Torrent.Completion"/> faults with a <see
    /// cref="StorageException"/>.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// A torrent with that info-hash is already running, options contradict one another, or a selected file is not part of the torrent.
    /// </exception>
#pragma warning disable RS0026 // The type of the first parameter distinguishes the overloads, so no call is ambiguous.
    public Task<Torrent> AddAsync(Metainfo metainfo, TorrentOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(metainfo);
        ArgumentNullException.ThrowIfNull(options);
        foreach (int index in options.SelectedFiles ?? [])
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)metainfo.Files.Length, nameof(options));
        return StartAsync(metainfo.Id, options, inbox => new TorrentPlan
        {
            InfoHash = metainfo.InfoHash,
            Metainfo = metainfo,
            Options = options,
            Services = _services,
            Inbox = inbox,
            Random = new Random(_options.Random.Next()),
            Reporter = new NoticeSender(options.Progress, _services.Logger),
        }, cancellationToken);
    }

    /// <summary>
    /// Starts a torrent from a magnet link. Completes when the client listens and the torrent has been added. Its metadata is fetched from peers;
    /// from then on it behaves like any other torrent. <see cref="Torrent.Metadata"/> completes when the metadata has been received. It and <see
    /// cref="Torrent.Completion"/> fault with a <see cref="MetainfoException"/> if the metadata is not a usable torrent.
    /// </summary>
    /// <exception cref="ArgumentException">A torrent with that info-hash is already running, or options contradict one another.</exception>
    public Task<Torrent> AddAsync(MagnetLink link, TorrentOptions options, CancellationToken cancellationToken = default)
#pragma warning restore RS0026
    {
        ArgumentNullException.ThrowIfNull(link);
        ArgumentNullException.ThrowIfNull(options);
        return StartAsync(link.Id, options, inbox => new MagnetPlan
        {
            InfoHash = link.InfoHash,
            Link = link,
            Options = options,
            LinkPeers = link.Peers,
            Services = _services,
            Inbox = inbox,
            Random = new Random(_options.Random.Next()),
            Reporter = new NoticeSender(options.Progress, _services.Logger),
        }, cancellationToken);
    }

    /// <summary>
    /// Downloads a torrent and returns when all its files are verified and have their final names. An earlier download in the same folder is
    /// continued. The torrent is not seeded afterwards. When the token is cancelled, the torrent is stopped first, so that a later call can continue.
    /// </summary>
    /// <param name="metainfo">The torrent.</param>
    /// <param name="directory">The folder that will contain the torrent's file or top folder; it is created if necessary.</param>
    /// <param name="progress">Receives the state about once a second; null for no reports.</param>
    /// <param name="cancellationToken">Stops the download.</param>
    /// <exception cref="PiecesException">The torrent failed, for example because the disk is full.</exception>
    /// <exception cref="ArgumentException">The torrent is already running.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled, or the torrent was stopped by another call.</exception>
#pragma warning disable RS0026 // The type of the first parameter distinguishes the overloads, so no call is ambiguous.
    public async Task DownloadAsync(
        Metainfo metainfo, string directory, IProgress<TorrentSnapshot>? progress = null, CancellationToken cancellationToken = default) =>
        await DownloadRun.FollowAsync(
            await AddAsync(metainfo, DownloadRun.OptionsFor(directory), cancellationToken).ConfigureAwait(false), progress, cancellationToken)
            .ConfigureAwait(false);

    /// <summary>As the other overload, from a magnet link. The metadata is fetched from peers.</summary>
    /// <inheritdoc cref="DownloadAsync(Metainfo, string, IProgress{TorrentSnapshot}, CancellationToken)"/>
    /// <param name="link">The magnet link.</param>
    /// <param name="directory">The folder that will contain the torrent's file or top folder; it is created if necessary.</param>
    /// <param name="progress">Receives the state about once a second; null for no reports.</param>
    /// <param name="cancellationToken">Stops the download.</param>
    public async Task DownloadAsync(
        MagnetLink link, string directory, IProgress<TorrentSnapshot>? progress = null, CancellationToken cancellationToken = default) =>
        await DownloadRun.FollowAsync(
            await AddAsync(link, DownloadRun.OptionsFor(directory), cancellationToken).ConfigureAwait(false), progress, cancellationToken)
            .ConfigureAwait(false);
#pragma warning restore RS0026

    /// <summary>Finds a torrent by its info-hash (v1, or the first 20 bytes of v2); null if no such torrent is running.</summary>
    public Torrent? Find(InfoHash infoHash) => _swarms.TryGetValue(SwarmKey.Of(infoHash), out RunningTorrent? running) ? running.Torrent : null;

    /// <summary>
    /// Stops a torrent and removes it from the client. Its files stay on the disk. Completes when it has stopped, and never faults. Does nothing
    /// if it has stopped already.
    /// </summary>
    /// <exception cref="ArgumentException">The torrent belongs to another client.</exception>
    public Task RemoveAsync(Torrent torrent)
    {
        ArgumentNullException.ThrowIfNull(torrent);
        return torrent.BelongsTo(_services) || torrent.Stopped.IsCompleted
            ? torrent.StopAsync()
            : throw new ArgumentException("the torrent belongs to another client", nameof(torrent));
    }

    /// <summary>
    /// Returns pooled block buffers to the system if none is in use. Meant for idle clients; the memory is allocated again when needed.
    /// </summary>
    public void TrimMemory() => _services.BlockPool.Trim();

    /// <summary>Stops all torrents and releases all resources.</summary>
    public async ValueTask DisposeAsync()
    {
        RunningTorrent[] torrents;
        lock (_gate)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            torrents = [.. _torrents.Values];
        }

        await (_listening ?? Task.CompletedTask).ConfigureAwait(false);
        foreach (RunningTorrent running in torrents)
            running.Inbox.Post(StopWanted.Instance);
        await Task.WhenAll(torrents.Select(running => running.Life)).ConfigureAwait(false);
        if (_services.LocalDiscovery is { } local)
            await local.DisposeAsync().ConfigureAwait(false);
        if (_services.Dht is { } dht)
            await dht.DisposeAsync().ConfigureAwait(false);
        await _udp.DisposeAsync().ConfigureAwait(false);
        if (_listener is not null)
            await _listener.DisposeAsync().ConfigureAwait(false);
        await _services.DiskQueue.DisposeAsync().ConfigureAwait(false);
        _services.Handles.Dispose();
        // If the disk hangs, it may still access this memory, which then stays allocated until the process ends.
        if (!_services.DiskQueue.IsHanging)
            _services.BlockPool.Dispose();
        _services.DownloadLimiter.Dispose();
        _services.UploadLimiter.Dispose();
    }

    private static ByteChance ChanceOf(TorrentClientOptions options, ClientNetwork network) =>
        !network.IsSimulated || options.Encryption == EncryptionPolicy.Off
        ? ByteChance.Unguessable()
        : ByteChance.Of(new Random(options.Random.Next()));

    // Random numbers are drawn only if the DHT is used, so that seeded runs without it do not change.
    private DhtHost? CreateDht(ClientNetwork network, ILogger logger)
    {
        if (_options.Dht is not { } settings)
            return null;
        var random = new Random(_options.Random.Next());
        DhtOptions options = settings.ToOptions() with
        {
            Resolve = (host, cancellationToken) => network.Outbound.ResolveAsync(host, default, cancellationToken),
            Addresses = network.Addresses,
            TimeProvider = _options.TimeProvider,
            Random = random,
            Logger = logger,
        };
        return new DhtHost(options, _udp);
    }

    private async Task<Torrent> StartAsync(
        TorrentId id, TorrentOptions options, Func<TorrentInbox, TorrentContext> prepare, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        options.Validate();
        if (options.LocalContent is { } content && !content.Metainfo.Id.IsSameAs(id))
            throw new ArgumentException("described content can only be seeded as its own torrent", nameof(options));
        await ListenAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            // A handshake contains only an info-hash, so two torrents must not share one. A magnet link and the metainfo of the same torrent would.
            if (id.Swarms.Any(_swarms.ContainsKey))
                throw new ArgumentException($"{id} is already running", nameof(id));
            var inbox = new TorrentInbox(_services.InboxRoom) { OwnId = PeerId.Create(_options.Random) };
            TorrentContext context = prepare(inbox);
            Torrent torrent = context.CreateHandle();
            var running = new RunningTorrent(id, torrent, inbox);
            _torrents[id] = running;
            foreach (SwarmKey swarm in id.Swarms)
            {
                _swarms[swarm] = running;
                _services.Encryption.Swarms.Add(swarm);
            }

            running.Life = Task.Run(() => LiveAsync(running, context), CancellationToken.None);
            return torrent;
        }
    }

    private async Task LiveAsync(RunningTorrent running, TorrentContext context)
    {
        var discovery = new PeerDiscovery(context);
        Exception? failure = null;
        try
        {
            failure = await new TorrentLoop(context, running.Torrent, discovery).RunAsync().ConfigureAwait(false);
        }
        catch (Exception bug)
        {
            failure = bug;
            throw;
        }
        finally
        {
            await discovery.DisposeAsync().ConfigureAwait(false);
            foreach (SwarmKey swarm in running.Id.Swarms)
            {
                _services.Encryption.Swarms.Remove(swarm);
                _swarms.TryRemove(new KeyValuePair<SwarmKey, RunningTorrent>(swarm, running));
            }

            _torrents.TryRemove(new KeyValuePair<TorrentId, RunningTorrent>(running.Id, running));

            // The end is published only now, because a caller that awaits it may then add the same torrent again.
            if (failure is null)
                running.Torrent.MarkStopped();
            else
                running.Torrent.MarkFailed(failure);
        }
    }

    // The ports are opened once, when the first torrent is added, and not on the caller's thread. A simulated network has one thread for everything.
    private Task ListenAsync()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_isSimulated && _listening is null)
                Listen();
            return _listening ??= _isSimulated ? Task.CompletedTask : Task.Run(Listen);
        }
    }

    private void Listen()
    {
        try
        {
            ITransportListener listener = _services.Transport.Listen(null, _options.FirstPort, _options.LastPort);
            _listener = new PeerListener(_services, listener, Route);
            _services.Ports.SetBound(listener.Port);
            _services.Logger.Information("listening for peers on port {Port}", listener.Port);
            RefuseUtp();
        }
        catch (IOException e)
        {
            _services.Logger.Warning("peers cannot connect to this client: {Reason}", e.Message);
        }
    }

    // If the UDP port cannot be opened, a peer that tries uTP first only waits a little longer before it tries TCP.
    private void RefuseUtp()
    {
        if (!_udp.TryOpen(out _))
            return;
        ulong salt = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        _udp.Add(new UtpRefusal(_udp, _services.Addresses, _options.TimeProvider, salt));
    }

    private TorrentInbox? Route(SwarmKey swarm) =>
        _swarms.TryGetValue(swarm, out RunningTorrent? running) && running.Torrent.TakesPeers ? running.Inbox : null;

    private sealed class RunningTorrent
    {
        public RunningTorrent(TorrentId id, Torrent torrent, TorrentInbox inbox)
        {
            Id = id;
            Torrent = torrent;
            Inbox = inbox;
        }

        public TorrentId Id { get; }

        public Torrent Torrent { get; }

        public TorrentInbox Inbox { get; }

        public Task Life { get; set; } = Task.CompletedTask;
    }
}
