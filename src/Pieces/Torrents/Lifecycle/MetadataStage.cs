using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Storage.Files;
using Pieces.Storage.Opening;
using Pieces.Trackers;

namespace Pieces.Torrents.Lifecycle;

/// <summary>Fetches the metadata of a torrent that began as a magnet link (BEP 9), unless it was saved by an earlier run.</summary>
internal sealed class MetadataStage : ITorrentStage
{
    // The value of `left` in announces, in bytes, while the length is unknown. With 0, trackers would count us as a seed. Other clients send the same
    // value.
    private const long UnknownLeft = 16 * 1024;

    private readonly MagnetPlan _plan;
    private readonly StageContext _context;
    private readonly EarlyPeers _early;
    private readonly long _startedAt;
    private bool _isReading;
    private Task _work = Task.CompletedTask;

    /// <summary>Creates an instance. Nothing is read or requested before <see cref="Begin"/>.</summary>
    public MetadataStage(MagnetPlan plan, StageContext context)
    {
        _plan = plan;
        _context = context;
        _early = new EarlyPeers(plan, context.Contacts);
        _startedAt = plan.Services.TimeProvider.GetTimestamp();
    }

    /// <summary>The counters for trackers while the length of the torrent is unknown.</summary>
    public static AnnounceCounters UnknownCounters => new(0, 0, UnknownLeft);

    /// <inheritdoc/>
    public TorrentPhase Phase => _early.Metadata.HasOffers ? TorrentPhase.FetchingMetadata : TorrentPhase.FindingPeers;

    /// <inheritdoc/>
    public PeerDemand Demand => _context.Contacts.IsUnderWay ? PeerDemand.Needed : PeerDemand.None;

    /// <inheritdoc/>
    public ITorrentStore? Store => null;

    /// <inheritdoc/>
    public StageOutcome Outcome { get; private set; } = StageOutcome.Stay.Instance;

    /// <inheritdoc/>
    public AnnounceCounters Counters => UnknownCounters;

    /// <inheritdoc/>
    public TimeSpan Pace => _early.Metadata.HasOffers || Elapsed < TickTimer.Settling ? TickTimer.Busy : TickTimer.Counting;

    private TimeSpan Elapsed => _plan.Services.TimeProvider.GetElapsedTime(_startedAt);

    /// <inheritdoc/>
    public TorrentSnapshot Draw()
    {
        (int held, int size) = _early.Metadata.Progress;
        (PeerBook book, PeerPool pool) = _context.Contacts.Admission.Peers;
        return new TorrentSnapshot
        {
            MetadataReceived = held,
            MetadataSize = size,
            ConnectedPeers = pool.Peers.Count,
            KnownPeers = book.Count,
            BannedPeers = book.Banned,
            Elapsed = Elapsed,
        };
    }

    /// <inheritdoc/>
    public void Begin()
    {
        _context.Status.Publish(this);
        _work = RunAsync(() => OwnThread.RunAsync<StageWork>("metadata", Seek));
    }

    /// <inheritdoc/>
    public void OnWork(StageWork work)
    {
        switch (work)
        {
            case KeptMetadataSought { Info: { } kept }:
                Read(kept);
                break;
            case KeptMetadataSought:
                _context.Contacts.Begin(_plan.TrackerOptions(), _plan.Link.Nodes);
                break;
            case MetadataRead read when read.Setup.Metainfo.IsPrivate:
                _work = RunAsync(() => LeavePublicAsync(read.Setup));
                break;
            case MetadataRead read:
                Complete(read.Setup);
                break;
            case PublicLeft left:
                Complete(left.Setup);
                break;
        }
    }

    /// <inheritdoc/>
    public void OnPeerJoined(PeerState peer) => _early.OnJoined(peer);

    /// <inheritdoc/>
    public void OnMessages(PeerState peer, PeerBatch batch)
    {
        _early.OnMessages(peer, batch);
        ReadWhenHere();
    }

    /// <inheritdoc/>
    public void OnUploaded(PeerState? peer, long bytes)
    {
    }

    /// <inheritdoc/>
    public void OnPeerLeft(PeerState peer)
    {
        _early.OnLeft(peer);
        ReadWhenHere();
    }

    /// <inheritdoc/>
    public void OnDisk(DiskEvent verdict)
    {
    }

    /// <inheritdoc/>
    public void OnTick() => _early.Metadata.Ask();

    /// <inheritdoc/>
    public Task StopAsync() => _work;

    /// <inheritdoc/>
    public void FlushIncomplete()
    {
    }

    /// <inheritdoc/>
    public Task CloseAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    // Looks for saved metadata. An output folder that is not writable is refused before anything is sent over the network.
    private KeptMetadataSought Seek()
    {
        TorrentOptions options = _plan.Options;
        byte[]? kept = MetadataFile.Find(options.OutputDirectory, _plan.InfoHash) ?? options.FindMetadata?.Invoke(_plan.InfoHash);
        if (kept is not null && InfoHash.OfInfo(kept) != _plan.InfoHash)
            kept = null;
        if (kept is null && options is { MetadataOnly: false, SeedOnly: false, Stream: null })
            OutputFolder.RefuseUnwritable(options.OutputDirectory);
        return new KeptMetadataSought(kept);
    }

    private void ReadWhenHere()
    {
        if (_early.Metadata.Result is { } info && !_isReading)
            Read(info);
    }

    // Runs in the background: parsing large metadata takes time, and the caller, who may be asked to select
    // files, may wait for the user.
    private void Read(byte[] info)
    {
        _isReading = true;
        _work = RunAsync(() => OwnThread.RunAsync<StageWork>("metadata", () => new MetadataRead(_plan.Complete(info))));
    }

    // A private torrent leaves the DHT and local discovery before anything else is done with its metadata (BEP 27).
    private async Task<StageWork> LeavePublicAsync(TorrentPlan known)
    {
        await _context.Contacts.BecomePrivateAsync().ConfigureAwait(false);
        return new PublicLeft(known);
    }

    private void Complete(TorrentPlan known)
    {
        _plan.Reporter.Metadata(known.Metainfo, known.Options.SelectedFiles);
        foreach (string warning in known.Metainfo.Warnings)
            _plan.Reporter.Warn(warning);
        Torrent torrent = _context.Status.Torrent;
        torrent.MarkKnown(known.Metainfo);
        if (_plan.Options.MetadataOnly)
        {
            torrent.MarkComplete();
            Outcome = new StageOutcome.Done(Reason: null);
            return;
        }

        Outcome = new StageOutcome.Next(new CheckingStage(known, _context, _early));
    }

    private async Task RunAsync(Func<Task<StageWork>> work)
    {
        try
        {
            _plan.Inbox.Post(await work().ConfigureAwait(false));
        }
#pragma warning disable CA1031 // No exception is hidden: bad metadata, or any exception of the caller's file selection, makes the torrent fail.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _plan.Services.Logger.Debug(e, "{InfoHash}: failed before the metadata was known", _plan.InfoHash);
            _plan.Inbox.Post(new TorrentFaulted(e));
        }
    }
}

/// <summary>The search for metadata saved by an earlier run of the same link has ended.</summary>
/// <param name="Info">The <c>info</c> value, whose hash has been checked; null if none was found.</param>
internal sealed record KeptMetadataSought(byte[]? Info) : StageWork;

/// <summary>The metadata of a magnet link has been parsed, and the files are selected.</summary>
/// <param name="Setup">The torrent described by the metadata.</param>
internal sealed record MetadataRead(TorrentPlan Setup) : StageWork;

/// <summary>The torrent turned out to be private, and has left the DHT and local discovery.</summary>
/// <param name="Setup">The torrent.</param>
internal sealed record PublicLeft(TorrentPlan Setup) : StageWork;
