using System.Diagnostics;
using Pieces.Metadata;
using Pieces.Peers;
using Pieces.Storage;
using Pieces.Storage.Files;
using Pieces.Trackers;
using Serilog;

namespace Pieces.Torrents;

/// <summary>
/// The life of a torrent that is known by a magnet link alone: finds peers and fetches the metadata from them. It ends where the life of an ordinary
/// torrent begins, and leaves it peers and trackers. The same rules as for <see cref="TorrentLoop"/>: one inbox, one consumer.
/// </summary>
internal sealed class MagnetLoop
{
    // Not 0, which would make us a seed to the tracker; others say as much.
    private const long UnknownLeft = 16 * 1024;

    private readonly MagnetSetup _setup;
    private readonly Torrent _torrent;
    private readonly TorrentContacts _contacts;
    private readonly PeerAdmission _admission;
    private readonly ILogger _logger;
    private readonly long _startedAt;
    private bool _isAlone;

    public MagnetLoop(MagnetSetup setup, Torrent torrent, TorrentContacts contacts)
    {
        _setup = setup;
        _torrent = torrent;
        _contacts = contacts;
        _admission = contacts.Lobby.Admission;
        _logger = setup.Services.Logger;
        _startedAt = setup.Services.TimeProvider.GetTimestamp();
    }

    private TimeSpan Elapsed => _setup.Services.TimeProvider.GetElapsedTime(_startedAt);

    /// <summary>
    /// Lives until the torrent is known; never faults. Null when it ended before that, which has been told through the public handle then.
    /// </summary>
    public async Task<TorrentSetup?> RunAsync()
    {
        Publish();
        Exception? failure = null;
        try
        {
            byte[]? info = await Task.Run(() => MetadataFile.Find(_setup.Options.OutputDirectory, _setup.InfoHash)).ConfigureAwait(false);
            info ??= await FetchAsync().ConfigureAwait(false);
            if (info is not null && await CompleteAsync(info).ConfigureAwait(false) is var known && !_setup.Options.MetadataOnly)
                return known;
        }
#pragma warning disable CA1031 // Whatever it is, it ends this torrent and no other: bad metadata, what the caller's choice of files throws, a bug.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _logger.Debug(e, "{InfoHash}: the torrent failed before it was known", _setup.InfoHash);
            failure = e;
        }

        await EndAsync(failure).ConfigureAwait(false);
        return null;
    }

    // Null when the user stops it.
    private async Task<byte[]?> FetchAsync()
    {
        _setup.Inbox.Counters = new AnnounceCounters(0, 0, UnknownLeft);
        _contacts.Begin(_setup.Options.Peers, _setup.TrackerOptions(), _setup.Link.Nodes);
        using var ticks = new TickTimer(_setup.Services.TimeProvider, _setup.Inbox);
        while (await _setup.Inbox.WaitAsync(CancellationToken.None).ConfigureAwait(false))
        {
            while (_setup.Inbox.TryTake(out TorrentEvent? e))
            {
                if (e is StopWanted)
                    return null;
                Route(e!);
                if (_contacts.Metadata.Result is { } info)
                    return info;
                bool isBusy = e is not Tick || _contacts.Metadata.HasOffers || Elapsed < TickTimer.Settling;
                ticks.Period = isBusy ? TickTimer.Busy : TickTimer.Counting;
            }
        }

        throw new UnreachableException("the inbox was closed under its loop");
    }

    private async Task<TorrentSetup> CompleteAsync(byte[] info)
    {
        // Large metadata takes its time, and the caller chooses files.
        TorrentSetup known = await Task.Run(() => _setup.Complete(info)).ConfigureAwait(false);
        if (known.Metainfo.IsPrivate)
            await _contacts.BecomePrivateAsync().ConfigureAwait(false);
        _setup.Reporter.Metadata(known.Metainfo, known.Options.SelectedFiles);
        foreach (string warning in known.Metainfo.Warnings)
            _setup.Reporter.Warn(warning);
        _torrent.MarkKnown(known.Metainfo);
        if (_setup.Options.MetadataOnly)
            _torrent.MarkComplete();
        return known;
    }

    private void Route(TorrentEvent e)
    {
        switch (e)
        {
            case Tick:
                OnTick();
                break;
            case TrackerSaid or TrackerWarned or DhtSearched or WarningRaised:
                _contacts.Tell(e);
                break;
            default:
                _contacts.Lobby.OnPeer(e);
                if (e is PeerSaid)
                    _setup.Inbox.BatchDone();
                else if (e is PeersFound or DialFailed)
                    _isAlone = _admission.DialMore(_contacts.Stopping);
                break;
        }
    }

    private void OnTick()
    {
        _contacts.Metadata.Ask();
        _isAlone = _admission.DialMore(_contacts.Stopping);
        if (_isAlone)
            _contacts.Trackers?.NeedPeers();
        if (_admission.LacksPeers)
            _contacts.Dht.NeedPeers();
        Publish();
    }

    private void Publish(TorrentPhase? ending = null)
    {
        (int held, int size) = _contacts.Metadata.Progress;
        PeerPool pool = _admission.Peers.Pool;
        _torrent.Publish(new TorrentSnapshot
        {
            Phase = ending ?? (_contacts.Metadata.HasOffers ? TorrentPhase.FetchingMetadata : TorrentPhase.FindingPeers),
            MetadataReceived = held,
            MetadataSize = size,
            ConnectedPeers = pool.Peers.Count,
            KnownPeers = _admission.Peers.Book.Count,
            BannedPeers = _admission.Peers.Book.Banned,
            DhtNodes = _contacts.Dht.Nodes,
            EveryTrackerRefused = _contacts.EveryTrackerRefused,
            Elapsed = Elapsed,
        });
    }

    private async Task EndAsync(Exception? failure)
    {
        Publish(TorrentPhase.Stopping);
        Task leaving = await _contacts.StopAsync().ConfigureAwait(false);
        await _contacts.CloseAllAsync().ConfigureAwait(false);
        await leaving.ConfigureAwait(false);
        _setup.Inbox.Close();
        await _setup.Inbox.WhenAbandonedAsync().ConfigureAwait(false);
        Publish(failure is null ? TorrentPhase.Stopped : TorrentPhase.Failed);
        if (failure is null)
            _torrent.MarkStopped();
        else
            _torrent.MarkFailed(failure);
    }
}
