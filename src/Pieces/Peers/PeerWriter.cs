using System.Buffers;
using Pieces.Net;
using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Wire;

namespace Pieces.Peers;

/// <summary>
/// The write task of one connection: control messages first, then queued blocks, several in one read of the disk and one write. Holds no buffer while
/// there is nothing to send.
/// </summary>
internal sealed class PeerWriter
{
    /// <summary>Most bytes of blocks in one write to a peer that takes them quickly.</summary>
    public const int MaxSend = 256 * 1024;

    // One block always goes; two to begin with, while the peer's speed is not known.
    private const int MinSend = BlockRequest.MaxLength;
    private const int FirstSend = 2 * BlockRequest.MaxLength;

    // A control message waits for the write before it: so that takes no longer than this, or the next one is half as long.
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

    /// <summary>Makes a writer for <paramref name="connection"/>; <paramref name="wake"/> tells that there is something to send.</summary>
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

    /// <summary>Sends until cancelled; the canceller also sets the signal.</summary>
    /// <exception cref="IOException">The connection broke.</exception>
    /// <exception cref="StorageException">Blocks cannot be read, and the peer does not understand a reject (BEP 6).</exception>
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
            if (!await TryFillAsync(buffer, cancellationToken).ConfigureAwait(false))
                return;
            long start = _options.TimeProvider.GetTimestamp();
            await _stream.WriteAsync(buffer.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
            Adapt(_options.TimeProvider.GetElapsedTime(start));
            _options.Trace?.Gave(_blocks);
            _options.Sink.OnUploaded(_connection, _blocks.Count, length - (_blocks.Count * PeerMessageCodec.PieceHeaderLength));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            _blocks.Clear();
            _reads.Clear();
        }
    }

    // Every block behind its own header, as it goes over the wire. False when the disk refused and the peer has been told.
    private async ValueTask<bool> TryFillAsync(byte[] buffer, CancellationToken cancellationToken)
    {
        int at = 0;
        foreach (BlockRequest block in _blocks)
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
            _options.Logger.Warning(
                "{Peer}: {Count} blocks cannot be read for upload: {Reason}", _connection.RemoteEndPoint, _blocks.Count, e.Message);
            foreach (BlockRequest block in _blocks)
                _connection.Send(new RejectRequestMessage((uint)block.Piece.Value, (uint)block.Begin, (uint)block.Length));
            return false;
        }
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
