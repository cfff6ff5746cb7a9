using System.Net;
using Pieces.Net;

namespace Pieces.Encryption;

/// <summary>A connection whose stream is encrypted. It owns the one below.</summary>
internal sealed class EncryptedConnection : ITransportConnection
{
    private readonly ITransportConnection _inner;

    /// <summary>Takes over a connection.</summary>
    /// <param name="inner">The connection.</param>
    /// <param name="stream">Its stream, behind the handshake.</param>
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
