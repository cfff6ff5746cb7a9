using System.Net;
using Pieces.Encryption;
using Pieces.Net;
using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Wire;
using Serilog;

namespace Pieces.Torrents;

/// <summary>Lets peers in and out of one torrent: dials, refuses, starts connections, bans. Owned by the torrent's loop.</summary>
internal sealed class PeerAdmission
{
    // Enough to find whoever a late verdict convicts; an address is a few dozen bytes.
    private const int MaxRemembered = 4096;

    private readonly TorrentServices _services;
    private readonly TorrentInbox _inbox;
    private readonly LateBlocks _blocks = new();
    private readonly PeerDialer _dialer;
    private readonly Dictionary<SourceId, IPEndPoint> _gone = [];
    private readonly Queue<SourceId> _goneInOrder = new();
    private readonly TaskSet _closing = new();
    private readonly ILogger _logger;
    private int _pieceCount;
    private int _lastId;

    /// <summary>Makes it for a torrent whose pieces may be unknown.</summary>
    public PeerAdmission(TorrentServices services, TorrentInbox inbox, PeerDialer dialer, TorrentPeers peers, TorrentLimits limits)
    {
        _services = services;
        _inbox = inbox;
        _dialer = dialer;
        Peers = peers;
        Limits = limits;
        _logger = services.Logger;
    }

    /// <summary>The pieces are known now, and there is a place that they are served from.</summary>
    public void BeginPieces(IBlockSource store, int pieceCount)
    {
        _blocks.Target = store;
        _pieceCount = pieceCount;
    }

    /// <summary>Who is known and who is connected.</summary>
    public TorrentPeers Peers { get; }

    /// <summary>How much may pass.</summary>
    public TorrentLimits Limits { get; }

    /// <summary>Dials as many as there is room for; where there is none, a peer with whom nothing happens makes room for one that is known.</summary>
    /// <returns>Whether nobody is connected and nobody is left to dial.</returns>
    public bool DialMore(CancellationToken cancellationToken)
    {
        if (Peers.Pool.Room == 0 && Peers.Book.HasDue)
            Peers.Pool.LeastUseful()?.Close(PeerEnding.Useless, "makes room for another peer");
        while (_dialer.Dialling < Math.Min(PeerDialer.MaxDialling, Peers.Pool.Room) && Peers.Book.TakeNext() is { } address)
            _dialer.Dial(address, Peers.Book.WantsEncryption(address), cancellationToken);
        return Peers.Pool.Peers.Count == 0 && _dialer.Dialling == 0;
    }

    /// <summary>A handshake is done: takes the peer in and starts its connection, or closes it and returns null.</summary>
    public PeerState? Arrived(HandshakenPeer peer)
    {
        if (peer.IsOutbound)
            Peers.Book.NoteGreeting(peer.RemoteEndPoint, wantsEncryption: peer.Handshake.Encryption != EncryptionExtent.None);
        string? refusal = Peers.Pool.Refuse(peer, out PeerState? replaced);
        if (!_services.Addresses.Accepts(peer.RemoteEndPoint.Address))
            (refusal, replaced) = (PeerListener.Blocked, null);
        if (peer.IsOutbound && Peers.Book.OriginOf(peer.RemoteEndPoint) is null)
            (refusal, replaced) = ("forgotten while it was dialled", null);
        if (refusal is not null)
        {
            _logger.Debug("{Peer}: not taken: {Reason}", peer.RemoteEndPoint, refusal);
            if (peer.IsOutbound)
                Peers.Book.Useless(peer.RemoteEndPoint);
            _closing.Add(peer.Transport.DisposeAsync().AsTask());
            return null;
        }

        // Both connections are in the pool until the old one's end is heard; that costs a place for a moment and nothing else.
        if (replaced?.Link.RemoteId == peer.RemoteId)
            replaced.Close(PeerEnding.Replaced, "replaced by another connection of the same peer");
        else
            replaced?.Close(PeerEnding.Useless, "makes room for another peer");
        return Admit(peer);
    }

    /// <summary>A connection has ended. Null when its peer had not been taken in.</summary>
    public PeerState? Gone(PeerGone gone)
    {
        if (Peers.Pool.Remove(gone.Peer) is not { } peer)
            return null;
        Remember(peer);
        if (peer.DialAddress is { } address)
            Judge(address, gone.IsProtocolError ? PeerEnding.Offence : peer.Ending, peer.Provider.Downloaded.Total + peer.Uploaded.Total > 0);
        return peer;
    }

    /// <summary>Addresses were heard of.</summary>
    public void Found(PeersFound found)
    {
        foreach (IPEndPoint address in found.Addresses)
            Peers.Book.Add(address, found.Origin);
    }

    /// <summary>A dial came to nothing.</summary>
    public void Failed(DialFailed failed)
    {
        _logger.Debug("{Peer}: {Reason}", failed.Address, failed.Reason);
        if (failed.WantsEncryption is { } wantsEncryption)
            Peers.Book.NoteGreeting(failed.Address, wantsEncryption);
        if (failed.IsOurselves)
            Peers.Book.IsOurselves(failed.Address);
        else
            Peers.Book.Failed(failed.Address, failed.LongestPause);
    }

    /// <summary>Someone sent bad data: not dealt with again in this run. Null when it is not known any more, or banned already.</summary>
    public IPEndPoint? Ban(SourceId convicted)
    {
        foreach (PeerState peer in Peers.Pool.Peers)
        {
            if (peer.Id != convicted)
                continue;
            IPEndPoint address = SocketText.Unmapped(peer.Link.RemoteEndPoint);
            peer.Close(PeerEnding.Offence, "sent bad data");
            return Peers.Book.Ban(address, peer.DialAddress) ? address : null;
        }

        return _gone.TryGetValue(convicted, out IPEndPoint? left) && Peers.Book.Ban(left) ? left : null;
    }

    /// <summary>Closes whoever is connected from an address that was banned since.</summary>
    public void CloseBanned()
    {
        foreach (PeerState peer in Peers.Pool.Peers)
        {
            if (Peers.Book.IsBanned(SocketText.Unmapped(peer.Link.RemoteEndPoint)))
                peer.Close(PeerEnding.Offence, "its address was banned for bad data");
        }
    }

    /// <summary>Whether there is room for peers and none left to dial now.</summary>
    public bool LacksPeers => Peers.Pool.Room > 0 && _dialer.Dialling == 0 && !Peers.Book.HasDue;

    /// <summary>The torrent has turned out private: only whom the user or a tracker named stays and is dialled.</summary>
    public void BecomePrivate()
    {
        Peers.Book.BecomePrivate();
        foreach (PeerState peer in Peers.Pool.Peers)
        {
            if (peer.DialAddress is not { } address || Peers.Book.OriginOf(address) is null)
                peer.Close(PeerEnding.Useless, "the torrent is private, and no tracker named this peer");
        }
    }

    /// <summary>Whether an address is being dialled or may be.</summary>
    public bool HasHope => _dialer.Dialling > 0 || Peers.Book.Count > 0;

    /// <summary>Closes everyone; ends when all connections have ended.</summary>
    public async Task CloseAllAsync(string reason)
    {
        foreach (PeerState peer in Peers.Pool.Peers)
            peer.Close(PeerEnding.Useless, reason);
        await _dialer.WhenIdleAsync().ConfigureAwait(false);
        await _closing.WhenAllAsync().ConfigureAwait(false);
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

    // A verdict may come when its peer has left.
    private void Remember(PeerState peer)
    {
        if (_goneInOrder.Count == MaxRemembered)
            _gone.Remove(_goneInOrder.Dequeue());
        _gone[peer.Id] = SocketText.Unmapped(peer.Link.RemoteEndPoint);
        _goneInOrder.Enqueue(peer.Id);
    }

    private PeerState Admit(HandshakenPeer peer)
    {
        long now = _services.TimeProvider.GetTimestamp();
        var id = new SourceId(++_lastId);
        PeerLimits limits = Limits.ForPeer();
        limits.ChargeHandshake(Handshake.Length);
        var connection = new PeerConnection(new PeerConnectionOptions
        {
            Id = id,
            Transport = peer.Transport,
            Handshake = peer.Handshake,
            Sink = _inbox,
            Store = _blocks,
            Pool = _services.BlockPool,
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

/// <summary>Who is known and who is connected of one torrent.</summary>
internal sealed record TorrentPeers(PeerBook Book, PeerPool Pool);
