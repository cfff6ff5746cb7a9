using Pieces.Primitives;
using Pieces.Providers;

namespace Pieces.Torrents.Downloading;

/// <summary>
/// Keeps the list of block providers, sends them our interest, and sends the requests that <see cref="RequestPlanner"/> decides on. Owned by the
/// torrent's loop.
/// </summary>
internal sealed class Requester
{
    private readonly PieceManager _pieces;
    private readonly RequestPlanner _planner;
    private readonly SeedSharingPolicy _sharing;
    private readonly DownloadShares _shares;
    private readonly TimeProvider _time;
    private readonly RequestRecovery _recovery;
    private readonly List<BlockRequest> _requests = [];
    private readonly PriorityQueue<BlockProvider, double> _soonest = new();
    private bool _isStopping;

    /// <summary>Creates an instance without providers.</summary>
    /// <param name="pieces">The pieces to download.</param>
    /// <param name="planner">Decides what to request.</param>
    /// <param name="sharing">Decides what to request from seeds in a crowd.</param>
    /// <param name="shares">Divides a download limit among the providers.</param>
    /// <param name="time">Source of timestamps.</param>
    public Requester(PieceManager pieces, RequestPlanner planner, SeedSharingPolicy sharing, DownloadShares shares, TimeProvider time)
    {
        _pieces = pieces;
        _planner = planner;
        _sharing = sharing;
        _shares = shares;
        _time = time;
        _recovery = new RequestRecovery(pieces);
    }

    /// <summary>A provider has joined.</summary>
    public void Join(BlockProvider provider)
    {
        _pieces.Providers.Add(provider);
        provider.Requests.Useful = provider.Pieces.CountCommon(_pieces.Table.Needed);
        _sharing.Look();
    }

    /// <summary>A provider has left: its requested blocks become free again.</summary>
    public void Leave(BlockProvider provider)
    {
        _shares.Release(provider);
        if (!_pieces.Providers.Remove(provider))
            return;
        _recovery.TakeAll(provider, mayStillCome: false);
        provider.Requests.Useful = 0;
        _sharing.Forget(provider);
        _planner.Forget(provider.Id);
    }

    /// <summary>A provider has choked us.</summary>
    /// <param name="provider">The provider. Its link is already marked as choking.</param>
    /// <param name="rejectsEach">Whether it rejects every pending request explicitly, as the fast extension requires (BEP 6).</param>
    public void OnChoked(BlockProvider provider, bool rejectsEach)
    {
        if (rejectsEach)
            _pieces.Disown(provider.Id);
        else
            _recovery.TakeAll(provider, mayStillCome: true);
    }

    /// <summary>
    /// A provider has rejected a request. Returns false if we had not sent that request, which is a harmless fault of the provider.
    /// </summary>
    public bool OnReject(BlockProvider provider, BlockRequest block) => _recovery.OnReject(provider, block, _time.GetTimestamp());

    /// <summary>A provider has a piece that it did not have before.</summary>
    public void OnGained(BlockProvider provider, PieceIndex piece)
    {
        if (_pieces.Table.Needed[piece])
            provider.Requests.Useful++;
    }

    /// <summary>A provider no longer has a piece: nothing more of it is requested there, and its pending requests become free again.</summary>
    public void OnLost(BlockProvider provider, PieceIndex piece)
    {
        if (_pieces.Table.Needed[piece])
            provider.Requests.Useful--;
        _recovery.TakePiece(provider, piece);
    }

    /// <summary>A piece is stored: providers are no longer useful for it.</summary>
    public void OnStored(PieceIndex piece)
    {
        _sharing.OnStored(piece);
        foreach (BlockProvider provider in _pieces.Providers)
        {
            if (provider.Pieces.Has(piece))
                provider.Requests.Useful--;
        }
    }

    /// <summary>Stops sending requests. Blocks that still arrive are accepted.</summary>
    public void StopAsking()
    {
        _isStopping = true;
        foreach (BlockProvider provider in _pieces.Providers)
            _shares.Release(provider);
    }

    /// <summary>Sends our interest to a provider if it has become useful, and fills its request window.</summary>
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
    /// Sends requests to all providers, because memory or requests have become free. If there are fewer blocks to request than the providers have
    /// room for (for example at the front of the window in a crowd), they are requested from the providers that would send them soonest.
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

    /// <summary>
    /// Handles late and lost requests, and sends new ones. Called at every tick of the torrent's loop, which is every 250 ms while data is
    /// transferred.
    /// </summary>
    public void Tick()
    {
        long now = _time.GetTimestamp();
        _sharing.Look();
        foreach (BlockProvider provider in _pieces.Providers)
            _recovery.Tick(provider, now);
        ServeAll();

        // Sending `not interested` is delayed to the tick: a peer that is not useful now often becomes useful a moment later, and should not receive
        // every change.
        foreach (BlockProvider provider in _pieces.Providers)
        {
            if (provider.Link.AmInterested && !provider.IsUseful)
                provider.Link.TellInterest(isInterested: false);
        }
    }

    // Whether a provider may be requested from. `not interested` is only sent at ticks.
    private bool Prepare(BlockProvider provider, long now)
    {
        if (_isStopping)
            return false;
        if (provider.IsUseful && !provider.Link.AmInterested)
            provider.Link.TellInterest(isInterested: true);
        _shares.Tend(provider, now);
        return provider.IsUseful;
    }

    // Requests a part of the provider's window at a time, until another provider would answer sooner. Then the provider is queued again.
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
