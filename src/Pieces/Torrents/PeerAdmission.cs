using System.Net;
using Pieces.Encryption;
using Pieces.Net;
using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Wire;

namespace Pieces.Torrents;

/// <summary>Manages the peer connections of one torrent: dials, refuses, admits, closes and bans peers. Owned by the torrent's loop.</summary>
internal sealed class PeerAdmission : IDisposable
{
    // A connection that is closed to make room needs a moment to end. Without this pause, a series of dials would empty the pool.
    private static readonly TimeSpan BetweenRooms = TimeSpan.FromSeconds(15);

    private readonly ClientServices _services;
    private readonly TorrentInbox _inbox;
    private readonly PeerDialer _dialer;
    private readonly DepartedPeers _departed = new();
    private readonly TaskSet _closing = new();
    private readonly ConnectionShare _share;
    private long? _madeRoomAt;
    private IBlockReader? _store;
    private int _pieceCount;
    private int _lastId;

    /// <summary>Creates an instance. The pieces of the torrent need not be known yet.</summary>
    public PeerAdmission(ClientServices services, TorrentInbox inbox, PeerDialer dialer, PeerSet peers, TorrentRateLimits limits)
    {
        _services = services;
        _inbox = inbox;
        _dialer = dialer;
        _share = dialer.Share;
        Peers = peers;
        Limits = limits;
    }

    /// <summary>The pieces are known now, and their blocks can be read from <paramref name="store"/>.</summary>
    public void BeginPieces(IBlockReader store, int pieceCount)
    {
        _store = store;
        _pieceCount = pieceCount;
    }

    /// <summary>The known and the connected peers.</summary>
    public PeerSet Peers { get; }

    /// <summary>The rate limits of the torrent.</summary>
    public TorrentRateLimits Limits { get; }

    /// <summary>Dials as many peers as there is room for. If there is no room, closes an idle peer in favour of a known one.</summary>
    public void DialMore(CancellationToken cancellationToken)
    {
        if (Peers.Pool.Room == 0 && Peers.Book.HasDue)
            MakeRoom();
        while (_dialer.Dialling < Math.Min(PeerDialer.MaxDialling, Peers.Pool.Room) && Peers.Book.HasDue)
        {
            if (!_share.MayOpenOne())
            {
                MakeRoom();
                return;
            }

            if (Peers.Book.TakeNext() is not { } address)
                continue;
            if (FaultOf(address) is { } fault)
                Refuse(address, fault);
            else
                _dialer.Dial(address, Peers.Book.WantsEncryption(address), cancellationToken);
        }
    }

    // Checked when we connect, since our own networks may change.
    private string? FaultOf(IPEndPoint address) => _services.Addresses.PeerFault(address, Peers.Book.OriginOf(address) switch
    {
        PeerOrigin.Manual => PeerSource.User,
        PeerOrigin.Link => PeerSource.Link,
        PeerOrigin.Tracker => PeerSource.Tracker,
        _ => PeerSource.Peers,
    });

    private void Refuse(IPEndPoint address, string fault)
    {
        // Trackers and peers repeat such addresses, so they are only logged. A link names them once, and its user may know better, so they are a
        // warning.
        if (Peers.Book.OriginOf(address) == PeerOrigin.Link)
            _inbox.Post(new WarningRaised($"{address}: this peer of the link is not used: {fault} (--peer {address} connects to it)"));
        else
            _services.Logger.Debug("{Peer}: no connection attempt: {Reason}", address, fault);
        Peers.Book.Refused(address);
    }

    /// <summary>The client has too many connections, or the system has no file descriptor left: closes the least useful connection.</summary>
    public void Shed() => Peers.Pool.Least()?.Close(PeerEnding.Redundant, "makes room because the client cannot have more connections");

    /// <summary>Whether no peer is connected and none is being dialled.</summary>
    public bool IsAlone => Peers.Pool.Peers.Count == 0 && _dialer.Dialling == 0;

    /// <summary>Returns the peer of a connection, or null if it was not admitted or has left.</summary>
    public PeerState? Find(PeerConnection connection) => Peers.Pool.TryGet(connection, out PeerState? peer) ? peer : null;

    /// <summary>
    /// Flushes the delayed messages of every peer, updates the transfer statistics of the peers, and closes a redundant connection.
    /// </summary>
    public void Tick()
    {
        foreach (PeerState peer in Peers.Pool.Peers)
            peer.Link.Flush();
        Peers.Pool.Look();
        Peers.Pool.Redundant()?.Close(PeerEnding.Redundant, "another connection with the same peer id is in use, and this one is not");
    }

    /// <summary>A handshake is done: admits the peer and starts its connection, or closes it and returns null.</summary>
    public PeerState? Arrived(HandshakenPeer peer)
    {
        peer = CountedConnection.Count(peer, _share);
        if (peer.IsOutbound)
            Peers.Book.NoteHandshakeMode(peer.RemoteEndPoint, wantsEncryption: peer.Handshake.Encryption != EncryptionExtent.None);
        string? refusal = Peers.Pool.Refuse(peer, isClientFull: !_share.IsWithin, out PeerState? replaced);
        bool isUseless = false;
        if (!_services.Addresses.Accepts(peer.RemoteEndPoint.Address))
            (refusal, replaced, isUseless) = (PeerListener.Blocked, null, true);
        if (peer.IsOutbound && Peers.Book.OriginOf(peer.RemoteEndPoint) is null)
            (refusal, replaced) = ("removed during the connection attempt", null);
        if (refusal is not null)
        {
            _services.Logger.Debug("{Peer}: not accepted: {Reason}", peer.RemoteEndPoint, refusal);
            if (peer.IsOutbound && isUseless)
                Peers.Book.Useless(peer.RemoteEndPoint);
            else if (peer.IsOutbound)
                Recognize(peer);
            _closing.Add(peer.Transport.DisposeAsync().AsTask());
            return null;
        }

        // Both connections are in the pool until the old one has ended. That only costs a place for a moment.
        if (replaced?.Link.RemoteId == peer.RemoteId)
            replaced!.Close(PeerEnding.Replaced, "replaced by another connection of the same peer");
        else
            replaced?.Close(PeerEnding.Useless, "makes room for another peer");
        return Admit(peer);
    }

    /// <summary>A connection has ended. Returns its peer, or null if the peer had not been admitted.</summary>
    public PeerState? Gone(PeerGone gone)
    {
        if (Peers.Pool.Remove(gone.Peer) is not { } peer)
            return null;
        _departed.Add(peer.Id, new DepartedPeer(SocketText.Unmapped(peer.Link.RemoteEndPoint), peer.Link.RemoteId, peer.Provider.VerifiedBytes > 0));
        bool isItsAddress = peer.Link.IsOutbound || peer.IsDialAddressProven || Peers.Book.IsClaimed(peer.DialAddress);
        if (peer.DialAddress is { } address && isItsAddress)
            Judge(address, gone.IsProtocolError ? PeerEnding.Offence : peer.Ending, peer.Provider.Downloaded.Total + peer.Uploaded.Total > 0);
        return peer;
    }

    /// <summary>Adds the addresses of peers to the book.</summary>
    public void Found(PeersFound found)
    {
        foreach (IPEndPoint address in found.Addresses)
            Peers.Book.Add(address, found.Origin, found.Teller);
    }

    /// <summary>A dial has failed.</summary>
    public void Failed(DialFailed failed)
    {
        _services.Logger.Debug("{Peer}: {Reason}", failed.Address, failed.Reason);
        if (failed.WantsEncryption is { } wantsEncryption)
            Peers.Book.NoteHandshakeMode(failed.Address, wantsEncryption);
        if (failed.IsOurselves)
            Peers.Book.IsOurselves(failed.Address);
        else
            Peers.Book.Failed(failed.Address, failed.LongestPause);
    }

    /// <summary>
    /// Bans a peer that sent bad data for the rest of this run. Returns its address, or null if the peer is no longer remembered or is banned
    /// already.
    /// </summary>
    public IPEndPoint? Ban(SenderId convicted)
    {
        foreach (PeerState peer in Peers.Pool.Peers)
        {
            if (peer.Id != convicted)
                continue;
            IPEndPoint address = SocketText.Unmapped(peer.Link.RemoteEndPoint);
            peer.Close(PeerEnding.Offence, "sent bad data");
            // Only this peer has claimed to listen on that address, so refusing it affects no other peer.
            if (peer.DialAddress is { } claimed && Peers.Book.IsClaimed(claimed))
                Peers.Book.Refused(claimed);
            return Ban(convicted, address, peer.Link.RemoteId);
        }

        return _departed.Find(convicted) is { } left ? Ban(convicted, left.Address, left.Id) : null;
    }

    /// <summary>Closes every connection whose address has been banned since.</summary>
    public void CloseBanned()
    {
        foreach (PeerState peer in Peers.Pool.Peers)
        {
            if (Peers.Book.IsBanned(SocketText.Unmapped(peer.Link.RemoteEndPoint), peer.Link.RemoteId))
                peer.Close(PeerEnding.Offence, "its address was banned for bad data");
        }
    }

    /// <summary>Whether there is room for more peers, no dial is in progress and no known peer is due.</summary>
    public bool LacksPeers => Peers.Pool.Room > 0 && _dialer.Dialling == 0 && !Peers.Book.HasDue;

    /// <summary>The torrent turned out to be private: keeps, and dials, only the peers that the user or a tracker named.</summary>
    public void BecomePrivate()
    {
        Peers.Book.BecomePrivate();
        foreach (PeerState peer in Peers.Pool.Peers)
        {
            if (peer.DialAddress is not { } address || Peers.Book.OriginOf(address) is null)
                peer.Close(PeerEnding.Useless, "the torrent is private, and this peer is not from a tracker");
        }
    }

    /// <summary>Whether a peer is connected, is being dialled, or could be.</summary>
    public bool HasHope => Peers.Pool.Peers.Count > 0 || _dialer.Dialling > 0 || Peers.Book.Count > 0;

    /// <summary>Closes all connections. The returned task completes when all of them have ended.</summary>
    public async Task CloseAllAsync(string reason)
    {
        foreach (PeerState peer in Peers.Pool.Peers)
            peer.Close(PeerEnding.Useless, reason);
        await _dialer.WhenIdleAsync().ConfigureAwait(false);
        await _closing.WhenAllAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _share.Dispose();

    // Other peers at the same address that have sent good data are not banned with it.
    private IPEndPoint? Ban(SenderId convicted, IPEndPoint address, PeerId id)
    {
        var network = BudgetKey.Of(address.Address);
        bool hasHonestNeighbours = _departed.HasHonest(network, convicted)
            || Peers.Pool.Peers.Any(peer => peer.Id != convicted && peer.Network == network && peer.Provider.VerifiedBytes > 0);
        return Peers.Book.Ban(address, id, hasHonestNeighbours) ? address : null;
    }

    private void MakeRoom()
    {
        long now = _services.TimeProvider.GetTimestamp();
        if (_madeRoomAt is { } last && _services.TimeProvider.GetElapsedTime(last, now) < BetweenRooms)
            return;
        _madeRoomAt = now;
        Peers.Pool.LeastUseful()?.Close(PeerEnding.Useless, "makes room for another peer");
    }

    // If the peer that we dialled has also dialled us, from the same address and with the same id, and is useful, it does listen there: do not dial
    // it again while it is connected. If that connection is idle, it may be another peer that copies the id to take the place of the real one, so it
    // proves nothing.
    private void Recognize(HandshakenPeer dialled)
    {
        foreach (PeerState peer in Peers.Pool.Peers)
        {
            bool isSame = peer.Link.RemoteId == dialled.RemoteId && peer.Link.RemoteEndPoint.Address.Equals(dialled.RemoteEndPoint.Address);
            if (!isSame || peer.Link.IsOutbound || peer.Exchange.BytesIn(PeerPool.IdleSeconds) == 0)
                continue;
            peer.DialAddress = dialled.RemoteEndPoint;
            peer.IsDialAddressProven = true;
            return;
        }

        Peers.Book.Redundant(dialled.RemoteEndPoint);
    }

    private void Judge(IPEndPoint address, PeerEnding ending, bool wasOfUse)
    {
        switch (ending)
        {
            case PeerEnding.Offence:
                Peers.Book.Offended(address);
                break;
            case PeerEnding.Useless:
                Peers.Book.Useless(address);
                break;
            case PeerEnding.Redundant:
                Peers.Book.Redundant(address);
                break;
            case PeerEnding.Unplanned when wasOfUse:
                Peers.Book.Closed(address);
                break;
            case PeerEnding.Unplanned:
                Peers.Book.Failed(address);
                break;
            case PeerEnding.Replaced:
                break;
        }
    }

    private PeerState Admit(HandshakenPeer peer)
    {
        long now = _services.TimeProvider.GetTimestamp();
        var id = new SenderId(++_lastId);
        PeerLimits limits = Limits.ForPeer();
        limits.ChargeHandshake(Handshake.Length);
        var connection = new PeerConnection(new PeerConnectionOptions
        {
            Id = id,
            Transport = peer.Transport,
            Handshake = peer.Handshake,
            Sink = _inbox,
            Store = () => _store ?? throw new InvalidOperationException("no peer may request blocks before the pieces are known"),
            Pool = _services.BlockPool,
            Unfinished = _services.Unfinished,
            PieceCount = _pieceCount,
            DownloadLimiter = limits.Download,
            UploadLimiter = limits.Upload,
            TimeProvider = _services.TimeProvider,
            Logger = _services.Logger,
            Trace = PeerTrace.Of(_services.Logger, peer.Transport.RemoteEndPoint),
        });
        var state = new PeerState(id, connection, _pieceCount, _services.TimeProvider, now)
        {
            Client = ClientName.Of(peer.RemoteId),
            IsOfOurs = peer.RemoteId.IsOfOurs,
            DialAddress = peer.IsOutbound ? peer.RemoteEndPoint : null,
            Origin = peer.IsOutbound ? Peers.Book.OriginOf(peer.RemoteEndPoint) ?? PeerOrigin.Inbound : PeerOrigin.Inbound,
        };
        if (state.DialAddress is { } address)
            Peers.Book.Connected(address);
        Peers.Pool.Admit(state);
        connection.Start();
        _closing.Add(EndAsync(connection, limits));
        return state;
    }

    private static async Task EndAsync(PeerConnection connection, PeerLimits limits)
    {
        await connection.Completion.ConfigureAwait(false);
        limits.Dispose();
    }
}

/// <summary>The known and the connected peers of one torrent.</summary>
internal sealed record PeerSet(PeerBook Book, PeerPool Pool);
