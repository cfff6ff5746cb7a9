using System.Net;
using Pieces.Net;

namespace Pieces.Encryption;

/// <summary>A connection with an encrypted stream. It owns the inner connection.</summary>
internal sealed class EncryptedConnection : ITransportConnection
{
    private readonly ITransportConnection _inner;

    /// <summary>Takes ownership of a connection.</summary>
    /// <param name="inner">The connection.</param>
    /// <param name="stream">Its stream after the handshake.</param>
    public EncryptedConnection(ITransportConnection inner, CipherStream stream)
    {
        _inner = inner;
        Stream = stream;
    }

    /// <inheritdoc/>
    public Stream Stream { get; }

    /// <inheritdoc/>
    public IPEndPoint RemoteEndPoint => _inner.RemoteEndPoint;

    /// <inheritdoc/>
    public IPEndPoint LocalEndPoint => _inner.LocalEndPoint;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _inner.DisposeAsync();
}
