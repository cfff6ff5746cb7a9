using Pieces.Metadata;
using Pieces.Peers;
using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Torrents.MetadataExchange;

/// <summary>
/// Serves the metadata to peers that know the info-hash alone (BEP 9), at bounded rates. A private torrent's is neither offered nor served, as other
/// clients do it. Owned by the torrent's loop.
/// </summary>
internal sealed class MetadataServer : IPeerExtension
{
    /// <summary>Requests of one peer that may wait; more are rejected.</summary>
    public const int MaxWaiting = 256;

    /// <summary>Bytes a second to one peer in the long run.</summary>
    public const int PeerRate = 64 * 1024;

    /// <summary>Bytes a second to all together in the long run.</summary>
    public const int TotalRate = 1024 * 1024;

    // Beyond that it waits here instead: a peer that does not read must not be sent more.
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

        // The whole of it at once, and again for whoever lost it.
        _peerBurst = Math.Max(LeastBurst, 2L * _info.Length);
        _total = new Allowance(Math.Max(TotalBurst, _peerBurst), time.GetTimestamp());
        Size = metainfo.IsPrivate || _info.Length > ExtensionHandshake.MaxMetadataSize ? null : _info.Length;
    }

    /// <summary>What is offered, in bytes; null when nothing is.</summary>
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
        // Parts that come now were asked for by several, and we have them.
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

    /// <summary>Serves those who wait.</summary>
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

    /// <summary>Bytes that may go out; grows with time.</summary>
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
