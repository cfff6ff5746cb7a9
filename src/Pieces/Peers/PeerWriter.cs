using System.Buffers;
using Pieces.Net;
using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Wire;

namespace Pieces.Peers;

/// <summary>
/// The write task of one connection: sends control messages first, then queued blocks, several with one disk read and one write. It holds no buffer
/// while there is nothing to send.
/// </summary>
internal sealed class PeerWriter
{
    /// <summary>Maximum number of block bytes per write, reached only if the peer accepts them quickly.</summary>
    public const int MaxSend = 256 * 1024;

    // At least one block per write; two at first, while the peer's speed is unknown.
    private const int MinSend = BlockRequest.MaxLength;
    private const int FirstSend = 2 * BlockRequest.MaxLength;

    // A control message must wait for the current write. A write that takes longer than SlowSend halves the next one; a quicker one than QuickSend
    // doubles it.
    private static readonly TimeSpan SlowSend = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan QuickSend = TimeSpan.FromMilliseconds(100);

    private readonly PeerConnection _connection;
    private readonly PeerConnectionOptions _options;
    private readonly ThrottledStream _stream;
    private readonly PeerOutbox _outbox;
    private readonly UploadQueue _uploads;
    private readonly AsyncSignal _wake;
    private readonly List<BlockRequest> _blocks = [];
    private readonly List<BlockRead> _reads = [];
    private int _sendLimit = FirstSend;

    /// <summary>Creates a writer for <paramref name="connection"/>; <paramref name="wake"/> is set when there is something to send.</summary>
    public PeerWriter(
        PeerConnection connection, PeerConnectionOptions options, ThrottledStream stream, PeerOutbox outbox, UploadQueue uploads, AsyncSignal wake)
    {
        _connection = connection;
        _options = options;
        _stream = stream;
        _outbox = outbox;
        _uploads = uploads;
        _wake = wake;
    }

    /// <summary>Sends until cancelled; the canceller must also set the signal.</summary>
    /// <exception cref="IOException">The connection failed.</exception>
    /// <exception cref="StorageException">Blocks cannot be read, and the peer does not support rejects (BEP 6).</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_outbox.Take() is { } control)
                await SendControlAsync(control, cancellationToken).ConfigureAwait(false);
            else if (_uploads.Take(_blocks, _sendLimit) > 0)
                await SendBlocksAsync(cancellationToken).ConfigureAwait(false);
            else
                await RestAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask SendControlAsync(PooledBuffer control, CancellationToken cancellationToken)
    {
        try
        {
            await _stream.WriteAsync(control.Written, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            control.Release();
        }
    }

    private async ValueTask SendBlocksAsync(CancellationToken cancellationToken)
    {
        int length = 0;
        foreach (BlockRequest block in _blocks)
            length += PeerMessageCodec.PieceHeaderLength + block.Length;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            // All blocks in one read. If that fails, piece by piece, so that an unreadable piece does not affect others.
            bool isSplit = false;
            for (int first = 0; first < _blocks.Count;)
            {
                List<BlockRequest> part = isSplit ? OnePieceFrom(first) : _blocks;
                if (await TryFillAsync(part, buffer, cancellationToken).ConfigureAwait(false))
                    await SendAsync(part, buffer, cancellationToken).ConfigureAwait(false);
                else if (isSplit || part.TrueForAll(block => block.Piece == part[0].Piece))
                    Reject(part);
                else
                    isSplit = true;
                first += isSplit && part == _blocks ? 0 : part.Count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            _blocks.Clear();
            _reads.Clear();
        }
    }

    private List<BlockRequest> OnePieceFrom(int first)
    {
        int end = first + 1;
        while (end < _blocks.Count && _blocks[end].Piece == _blocks[first].Piece)
            end++;
        return _blocks.GetRange(first, end - first);
    }

    // Writes each block after its own header, as on the wire. Returns false if the disk read failed and the peer supports rejects.
    private async ValueTask<bool> TryFillAsync(List<BlockRequest> blocks, byte[] buffer, CancellationToken cancellationToken)
    {
        int at = 0;
        _reads.Clear();
        foreach (BlockRequest block in blocks)
        {
            PeerMessageCodec.WritePieceHeader(buffer.AsSpan(at), block);
            at += PeerMessageCodec.PieceHeaderLength;
            _reads.Add(new BlockRead(block, buffer.AsMemory(at, block.Length)));
            at += block.Length;
        }

        try
        {
            await _options.Store().ReadAsync(_reads, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (StorageException e) when (_connection.SupportsFast)
        {
            // The user is notified once, when the loss of the piece is reported.
            _options.Logger.Debug(
                "{Peer}: {Count} blocks cannot be read for upload: {Reason:l}", _connection.RemoteEndPoint, blocks.Count, e.Message);
            return false;
        }
    }

    private async ValueTask SendAsync(List<BlockRequest> blocks, byte[] buffer, CancellationToken cancellationToken)
    {
        int payload = 0;
        foreach (BlockRequest block in blocks)
            payload += block.Length;
        long start = _options.TimeProvider.GetTimestamp();
        await _stream
            .WriteAsync(buffer.AsMemory(0, payload + (blocks.Count * PeerMessageCodec.PieceHeaderLength)), cancellationToken)
            .ConfigureAwait(false);
        Adapt(_options.TimeProvider.GetElapsedTime(start));
        _options.Trace?.Gave(blocks);
        _options.Sink.OnUploaded(_connection, blocks.Count, payload);
    }

    private void Reject(List<BlockRequest> blocks)
    {
        foreach (BlockRequest block in blocks)
            _connection.Send(new RejectRequestMessage((uint)block.Piece.Value, (uint)block.Begin, (uint)block.Length));
    }

    private void Adapt(TimeSpan elapsed)
    {
        if (elapsed > SlowSend)
            _sendLimit = Math.Max(MinSend, _sendLimit / 2);
        else if (elapsed < QuickSend)
            _sendLimit = Math.Min(MaxSend, _sendLimit * 2);
    }

    private ValueTask RestAsync()
    {
        _uploads.Trim();
        return _wake.WaitAsync();
    }
}
