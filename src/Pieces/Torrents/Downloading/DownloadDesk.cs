using Pieces.Primitives;
using Pieces.Providers;

namespace Pieces.Torrents.Downloading;

/// <summary>Knows who provides blocks, tells them of our interest, and sends the requests that <see cref="RequestPlanner"/> decides. Owned by the
/// torrent's loop.</summary>
internal sealed class DownloadDesk
{
    private readonly PieceManager _pieces;
    private readonly RequestPlanner _planner;
    private readonly SeedCourtesy _courtesy;
    private readonly DownloadShares _shares;
    private readonly TimeProvider _time;
    private readonly RequestRecovery _recovery;
    private readonly List<BlockRequest> _requests = [];
    private readonly PriorityQueue<BlockProvider, double> _soonest = new();
    private bool _isStopping;

    /// <summary>Makes it for a torrent without providers.</summary>
    /// <param name="pieces">What is downloaded.</param>
    /// <param name="planner">Decides what is requested.</param>
    /// <param name="courtesy">Decides what is requested from seeds in a crowd.</param>
    /// <param name="shares">Shares a download limit among providers.</param>
    /// <param name="time">Source of timestamps.</param>
    public DownloadDesk(PieceManager pieces, RequestPlanner planner, SeedCourtesy courtesy, DownloadShares shares, TimeProvider time)
    {
        _pieces = pieces;
        _planner = planner;
        _courtesy = courtesy;
        _shares = shares;
        _time = time;
        _recovery = new RequestRecovery(pieces);
    }

    /// <summary>A provider has come.</summary>
    public void Join(BlockProvider provider)
    {
        _pieces.Providers.Add(provider);
        provider.Requests.Useful = provider.Pieces.CountCommon(_pieces.Table.Needed);
        _courtesy.Look();
    }

    /// <summary>A provider has left: its requests are free again.</summary>
    public void Leave(BlockProvider provider)
    {
        _shares.Release(provider);
        if (!_pieces.Providers.Remove(provider))
            return;
        _recovery.TakeAll(provider, mayStillCome: false);
        provider.Requests.Useful = 0;
        _courtesy.Forget(provider);
        _planner.Forget(provider.Id);
    }

    /// <summary>A provider refuses requests from now on.</summary>
    /// <param name="provider">Who; its link says so already.</param>
    /// <param name="rejectsEach">Whether it rejects each pending request by itself, as the fast extension demands (BEP 6).</param>
    public void OnChoked(BlockProvider provider, bool rejectsEach)
    {
        if (rejectsEach)
            _pieces.Disown(provider.Id);
        else
            _recovery.TakeAll(provider, mayStillCome: true);
    }

    /// <summary>A provider will not answer a request. False when it was not asked: its fault, though a harmless one.</summary>
    public bool OnReject(BlockProvider provider, BlockRequest block) => _recovery.OnReject(provider, block, _time.GetTimestamp());

    /// <summary>A provider has a piece that it had not.</summary>
    public void OnGained(BlockProvider provider, PieceIndex piece)
    {
        if (_pieces.Table.Needed[piece])
            provider.Requests.Useful++;
    }

    /// <summary>A provider no longer has a piece: nothing of it is requested there any more, and what was is free again.</summary>
    public void OnLost(BlockProvider provider, PieceIndex piece)
    {
        if (_pieces.Table.Needed[piece])
            provider.Requests.Useful--;
        _recovery.TakePiece(provider, piece);
    }

    /// <summary>A piece is stored: nobody is useful for it any more.</summary>
    public void OnStored(PieceIndex piece)
    {
        _courtesy.OnStored(piece);
        foreach (BlockProvider provider in _pieces.Providers)
        {
            if (provider.Pieces.Has(piece))
                provider.Requests.Useful--;
        }
    }

    /// <summary>From now on nothing is requested; what comes is still taken.</summary>
    public void StopAsking()
    {
        _isStopping = true;
        foreach (BlockProvider provider in _pieces.Providers)
            _shares.Release(provider);
    }

    /// <summary>Tells a provider of our interest when that has changed, and requests what its window has room for.</summary>
    public void Serve(BlockProvider provider)
    {
        long now = _time.GetTimestamp();
        if (!Prepare(provider, now))
            return;
        _requests.Clear();
        if (_planner.Fill(provider, now, int.MaxValue, _requests) > 0)
            provider.Link.SendRequests(_requests);
    }

    /// <summary>
    /// Serves all providers: room has come free, or requests have. Where there is less to request than all could be asked for, as at the front of a
    /// window in a crowd, it is requested from those who would send it soonest.
    /// </summary>
    public void ServeAll()
    {
        long now = _time.GetTimestamp();
        foreach (BlockProvider provider in _pieces.Providers)
        {
            if (Prepare(provider, now))
                _soonest.Enqueue(provider, provider.Requests.SecondsTillNext);
        }

        while (_soonest.TryDequeue(out BlockProvider? provider, out _))
            AskWhileSoonest(provider, now);
    }

    /// <summary>Looks for late and lost requests, and sends new ones. To be called about once a second; more often does no harm.</summary>
    public void Tick()
    {
        long now = _time.GetTimestamp();
        _courtesy.Look();
        foreach (BlockProvider provider in _pieces.Providers)
            _recovery.Tick(provider, now);
        ServeAll();

        // Not at once: a peer that has nothing for us now often has something the next moment, and its choker need not see each change.
        foreach (BlockProvider provider in _pieces.Providers)
        {
            if (provider.Link.AmInterested && !provider.IsUseful)
                provider.Link.TellInterest(isInterested: false);
        }
    }

    // Whether a provider may be asked for something. That we have lost interest is told by ticks.
    private bool Prepare(BlockProvider provider, long now)
    {
        if (_isStopping)
            return false;
        if (provider.IsUseful && !provider.Link.AmInterested)
            provider.Link.TellInterest(isInterested: true);
        _shares.Tend(provider, now);
        return provider.IsUseful;
    }

    // A part of its window at a time, till another would answer sooner; then it waits in line again.
    private void AskWhileSoonest(BlockProvider provider, long now)
    {
        _requests.Clear();
        bool isMore;
        do
        {
            isMore = _planner.Fill(provider, now, provider.Requests.NextStep, _requests) > 0;
        }
        while (isMore && !(_soonest.TryPeek(out _, out double next) && next < provider.Requests.SecondsTillNext));

        if (_requests.Count > 0)
            provider.Link.SendRequests(_requests);
        if (isMore)
            _soonest.Enqueue(provider, provider.Requests.SecondsTillNext);
    }
}
