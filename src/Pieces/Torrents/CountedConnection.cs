using System.Net;
using Pieces.Net;
using Pieces.Peers;

namespace Pieces.Torrents;

/// <summary>A connection that is counted in its torrent's <see cref="ConnectionShare"/> until it is closed.</summary>
internal sealed class CountedConnection : ITransportConnection
{
    private readonly ITransportConnection _inner;
    private ConnectionShare? _share;

    private CountedConnection(ITransportConnection inner, ConnectionShare share)
    {
        _inner = inner;
        _share = share;
        share.Take();
    }

    /// <inheritdoc/>
    public Stream Stream => _inner.Stream;

    /// <inheritdoc/>
    public IPEndPoint RemoteEndPoint => _inner.RemoteEndPoint;

    /// <inheritdoc/>
    public IPEndPoint LocalEndPoint => _inner.LocalEndPoint;

    /// <summary>Returns the same peer with a counted connection.</summary>
    public static HandshakenPeer Count(HandshakenPeer peer, ConnectionShare share) =>
        peer with { Transport = new CountedConnection(peer.Transport, share) };

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _inner.DisposeAsync().ConfigureAwait(false);
        Interlocked.Exchange(ref _share, null)?.GiveBack();
    }
}
