using System.Buffers;
using Pieces.Net;

namespace Pieces.Encryption;

/// <summary>
/// A stream after an encrypted handshake. Received bytes are decrypted in place; sent bytes are encrypted into a rented buffer. Plain directions are
/// passed through. One reader and one writer at a time; it does not own the inner stream.
/// </summary>
internal sealed class CipherStream : DuplexStream, IScatterReader
{
    private const int MaxWrite = 128 * 1024;

    private readonly Stream _inner;
    private readonly Rc4? _incoming;
    private readonly Rc4? _outgoing;
    private long _encryptedLeft;

    /// <summary>Wraps <paramref name="inner"/>, which is positioned after the handshake.</summary>
    public CipherStream(Stream inner, NegotiatedCiphers ciphers)
    {
        _inner = inner;
        _incoming = ciphers.Incoming;
        _outgoing = ciphers.Outgoing;
        _encryptedLeft = ciphers.IncomingLength;
    }

    /// <summary>Whether both directions are encrypted to their end.</summary>
    public bool IsEncrypted => _outgoing is not null;

    /// <summary>Whether all further bytes are plain, so that the inner stream can be used instead.</summary>
    public bool IsPlain => _outgoing is null && _encryptedLeft == 0;

    /// <inheritdoc/>
    public bool CanScatter => _inner is IScatterReader { CanScatter: true };

    /// <inheritdoc/>
    public int Available => ((IScatterReader)_inner).Available;

    /// <summary>Reads; an empty <paramref name="buffer"/> waits until data is available.</summary>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _encryptedLeft == 0 ? _inner.ReadAsync(buffer, cancellationToken) : ReadEncryptedAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<int> ReadAsync(List<Memory<byte>> buffers)
    {
        int count = await ((IScatterReader)_inner).ReadAsync(buffers).ConfigureAwait(false);
        int left = count;
        for (int i = 0; left > 0; i++)
        {
            Memory<byte> filled = buffers[i][..Math.Min(left, buffers[i].Length)];
            Decrypt(filled.Span);
            left -= filled.Length;
        }

        return count;
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        _outgoing is null ? _inner.WriteAsync(buffer, cancellationToken) : WriteEncryptedAsync(_outgoing, buffer, cancellationToken);

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => _inner.FlushAsync(cancellationToken);

    private async ValueTask<int> ReadEncryptedAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int count = await _inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        Decrypt(buffer.Span[..count]);
        return count;
    }

    private void Decrypt(Span<byte> bytes)
    {
        int count = (int)Math.Min(_encryptedLeft, bytes.Length);
        if (count == 0)
            return;
        _incoming!.Apply(bytes[..count]);
        if (_encryptedLeft != long.MaxValue)
            _encryptedLeft -= count;
    }

    private async ValueTask WriteEncryptedAsync(Rc4 cipher, ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        byte[] encrypted = ArrayPool<byte>.Shared.Rent(Math.Min(buffer.Length, MaxWrite));
        try
        {
            while (!buffer.IsEmpty)
            {
                int count = Math.Min(buffer.Length, encrypted.Length);
                cipher.Apply(buffer.Span[..count], encrypted.AsSpan(0, count));
                await _inner.WriteAsync(encrypted.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                buffer = buffer[count..];
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(encrypted);
        }
    }
}
