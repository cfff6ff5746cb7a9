using Pieces.Metadata;
using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Torrents.MetadataExchange;

/// <summary>
/// Serves the metadata to peers that only know the info-hash (BEP 9), at limited rates. The metadata of a private torrent is neither offered nor
/// served, as in other clients. Owned by the torrent's loop.
/// </summary>
internal sealed class MetadataServer : IPeerExtension
{
    /// <summary>Maximum number of waiting metadata requests per peer. Further requests are rejected.</summary>
    public const int MaxWaiting = 256;

    /// <summary>Long-term rate limit of served metadata per peer, in bytes per second.</summary>
    public const int PeerRate = 64 * 1024;

    /// <summary>Long-term rate limit of served metadata over all peers of a torrent, in bytes per second.</summary>
    public const int TotalRate = 1024 * 1024;

    // Maximum unsent bytes in a peer's send queue, beyond which its requests wait here. A peer that does not read must not be sent more.
    private const int MaxUnsent = 256 * 1024;
    private const int TotalBurst = 8 * 1024 * 1024;
    private const int LeastBurst = 512 * 1024;

    private readonly Dictionary<PeerState, Account> _accounts = [];
    private readonly ReadOnlyMemory<byte> _info;
    private readonly TimeProvider _time;
    private readonly long _peerBurst;
    private readonly Allowance _total;

    public MetadataServer(Metainfo metainfo, TimeProvider time)
    {
        _info = metainfo.InfoBytes;
        _time = time;

        // A peer may receive the whole metadata at once, and a second time in case it lost the first copy.
        _peerBurst = Math.Max(LeastBurst, 2L * _info.Length);
        _total = new Allowance(Math.Max(TotalBurst, _peerBurst), time.GetTimestamp());
        Size = metainfo.IsPrivate || _info.Length > ExtensionHandshake.MaxMetadataSize ? null : _info.Length;
    }

    /// <summary>Size of the offered metadata in bytes; null if none is offered.</summary>
    public int? Size { get; }

    /// <inheritdoc/>
    public string Name => MetadataCodec.ExtensionName;

    /// <inheritdoc/>
    public byte LocalId => MetadataSending.LocalId;

    /// <inheritdoc/>
    public bool IsOffered => Size is not null;

    /// <inheritdoc/>
    public ExtensionHandshake Describe(ExtensionHandshake handshake) => handshake with { MetadataSize = Size };

    /// <inheritdoc/>
    public void OnMessage(PeerState peer, ReadOnlyMemory<byte> payload)
    {
        // Parts that arrive now were requested from several peers and are no longer needed.
        if (MetadataCodec.Decode(payload) is not MetadataRequest request || !peer.Extensions.Has(Name))
            return;
        if (Size is not { } size || request.Part >= MetadataCodec.PartCount(size))
        {
            peer.SendMetadata(new MetadataReject(request.Part));
            return;
        }

        if (!_accounts.TryGetValue(peer, out Account? account))
            _accounts[peer] = account = new Account { Allowance = new Allowance(_peerBurst, _time.GetTimestamp()) };
        if (account.Waiting.Count < MaxWaiting)
            account.Waiting.Enqueue(request.Part);
        else
            peer.SendMetadata(new MetadataReject(request.Part));
        Serve(peer, account);
    }

    /// <summary>Serves the waiting requests.</summary>
    public void OnTick()
    {
        foreach ((PeerState peer, Account account) in _accounts)
            Serve(peer, account);
    }

    /// <inheritdoc/>
    public void OnLeft(PeerState peer) => _accounts.Remove(peer);

    private void Serve(PeerState peer, Account account)
    {
        long now = _time.GetTimestamp();
        while (account.Waiting.TryPeek(out int part) && peer.Link.UnsentBytes < MaxUnsent)
        {
            int length = MetadataCodec.LengthOf(part, _info.Length);
            if (!account.Allowance.CanTake(length, PeerRate, _peerBurst, _time, now) || !_total.CanTake(length, TotalRate, TotalBurst, _time, now))
                return;
            account.Allowance.Take(length);
            _total.Take(length);
            account.Waiting.Dequeue();
            peer.SendMetadata(new MetadataData(part, _info.Length, _info.Slice(part * MetadataCodec.PartLength, length)));
        }
    }

    private sealed class Account
    {
        public Queue<int> Waiting { get; } = new();

        public required Allowance Allowance { get; init; }
    }

    /// <summary>A token bucket: bytes that may be sent now.</summary>
    private sealed class Allowance
    {
        private double _bytes;
        private long _at;

        public Allowance(double bytes, long now)
        {
            _bytes = bytes;
            _at = now;
        }

        public bool CanTake(int bytes, int rate, long burst, TimeProvider time, long now)
        {
            _bytes = Math.Min(burst, _bytes + (time.GetElapsedTime(_at, now).TotalSeconds * rate));
            _at = now;
            return _bytes >= bytes;
        }

        public void Take(int bytes) => _bytes -= bytes;
    }
}
