using System.Buffers;
using System.Diagnostics;
using Pieces.Net;
using Pieces.Storage;
using Pieces.Wire;

namespace Pieces.Peers;

/// <summary>
/// Decodes a peer's bytes into messages. Messages are parsed in a buffer that holds no memory while the peer is silent. The part of a block that is
/// in the buffer is copied; the rest is read from the stream straight into the block's own buffer. One caller at a time.
/// </summary>
internal sealed class PeerReader : IDisposable
{
    // Position of the extended message id, after the length prefix and the message id.
    private const int ExtensionIdAt = PeerFrameHeader.PrefixLength + 1;

    private readonly Stream _stream;
    private readonly PeerInput _input = new();
    private readonly BlockPool _pool;
    private readonly PeerFrameLimits _limits;
    private readonly UnfinishedMessage _unfinished;
    private BlockBurst? _burst;

    // A block whose header has arrived and whose payload is incomplete; while there is one, the input buffer is empty.
    private BlockMessage? _partial;
    private int _partialLength;

    // Number of bytes left of a message that is skipped.
    private int _toSkip;

    // Whether the input contains bytes that were not parsed yet.
    private bool _isFresh;

    /// <summary>Creates a reader.</summary>
    /// <param name="stream">The peer's stream; the caller keeps ownership.</param>
    /// <param name="pool">Provides buffers for blocks.</param>
    /// <param name="limits">Maximum lengths of messages.</param>
    /// <param name="unfinished">Counts the memory of an incomplete message.</param>
    public PeerReader(Stream stream, BlockPool pool, PeerFrameLimits limits, UnfinishedMessage unfinished)
    {
        _stream = stream;
        _pool = pool;
        _limits = limits;
        _unfinished = unfinished;
    }

    /// <summary>Returns the messages of one read, at least one; null at the end of the stream. The caller owns the batch.</summary>
    /// <exception cref="PeerProtocolException">The peer violated the protocol.</exception>
    /// <exception cref="IOException">The connection failed, or ended inside a message.</exception>
    public async ValueTask<PeerBatch?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            PeerBatch? batch = null;
            if (_partial is not null)
                batch = await ReadBlocksAsync(cancellationToken).ConfigureAwait(false);
            else if (_isFresh)
                batch = Parse();
            else if (!await FillAsync(cancellationToken).ConfigureAwait(false))
                return _input.Length == 0 ? null : throw new IOException("closed by the peer inside a message");

            if (batch is not null)
            {
                _unfinished.Complete();
                return batch;
            }
        }
    }

    /// <summary>Releases the buffers of an incomplete message. Must not be called during a read.</summary>
    public void Dispose()
    {
        _partial?.Data.Dispose();
        _partial = null;
        _input.Dispose();
        _unfinished.Complete();
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        _input.Settle();
        if (_input.Length > 0 || _toSkip > 0)
            _unfinished.Wait(_input.HeldLength);
        else if (_unfinished.IsWaiting)
            _unfinished.Complete();

        // Wait without a buffer: most peers are silent most of the time.
        await _stream.ReadAsync(Memory<byte>.Empty, cancellationToken).ConfigureAwait(false);
        int count = await _stream.ReadAsync(_input.Prepare(), cancellationToken).ConfigureAwait(false);
        _input.Advance(count);
        _isFresh = count > 0;
        return count > 0;
    }

    private PeerBatch? Parse()
    {
        PeerBatch? batch = null;
        ReadOnlySequence<byte> input = _input.Unread;
        try
        {
            while (Skip(ref input) && PeerFraming.TryPeek(input, _limits.Longest, out PeerFrameHeader header))
            {
                PeerMessage? message = null;
                if (!header.IsKeepAlive && LimitOf(header, input) is not { } limit)
                {
                    _toSkip = PeerFrameHeader.PrefixLength + header.Length;
                }
                else if (header is { IsKeepAlive: false, Id: PeerMessageId.Piece })
                {
                    if (input.Length < PeerMessageCodec.PieceHeaderLength)
                        break;
                    message = TakeBlock(ref input, header.Length);
                    if (message is null)
                        break;
                }
                else if (PeerFraming.TryRead(ref input, _limits.Longest, out PeerFrame frame))
                {
                    message = PeerMessageCodec.Decode(frame);
                }
                else
                {
                    break;
                }

                if (message is not null)
                    (batch ??= new PeerBatch()).Add(message);
            }
        }
        catch (PeerProtocolException)
        {
            batch?.Dispose();
            throw;
        }

        _isFresh = false;
        _input.Consume(_input.Length - (int)input.Length);
        return batch;
    }

    // Returns the length limit of a message; null if the message is to be skipped.
    private int? LimitOf(PeerFrameHeader header, in ReadOnlySequence<byte> input)
    {
        int? limit = _limits.Of(header.Id);
        if (header is { Id: PeerMessageId.Extended, Length: > 1 } && input.Length > ExtensionIdAt)
        {
            byte extension = input.Slice(ExtensionIdAt, 1).FirstSpan[0];
            limit = PeerFrameLimits.OfExtended(extension);
            if (header.Length > limit && ExtensionIds.MaySkip(extension))
                return null;
        }

        return header.Length <= (limit ?? int.MaxValue)
            ? limit
            : throw new PeerProtocolException($"{header.Id} message of {header.Length} bytes; at most {limit} allowed");
    }

    // Returns whether nothing is left to skip.
    private bool Skip(ref ReadOnlySequence<byte> input)
    {
        int count = (int)Math.Min(_toSkip, input.Length);
        input = input.Slice(count);
        _toSkip -= count;
        return _toSkip == 0;
    }

    // Returns null if the payload is incomplete: then the whole input has been taken and the stream continues inside the payload.
    private BlockMessage? TakeBlock(ref ReadOnlySequence<byte> input, int frameLength)
    {
        int length = PeerFrameHeader.PrefixLength + frameLength - PeerMessageCodec.PieceHeaderLength;
        if (length <= 0)
            throw new PeerProtocolException($"piece message of {frameLength} bytes, too short to hold a block");

        PieceHeader header = PeerMessageCodec.ReadPieceHeader(input);
        input = input.Slice(PeerMessageCodec.PieceHeaderLength);
        var message = new BlockMessage(header.Piece, header.Begin, _pool.Rent(length));
        int here = (int)Math.Min(length, input.Length);
        input.Slice(0, here).CopyTo(message.Data.Memory.Span);
        input = input.Slice(here);
        if (here == length)
            return message;

        Debug.Assert(input.IsEmpty, "the rest is read from the stream, so the buffer must be drained");
        _partial = message;
        _partialLength = here;
        return null;
    }

    // Continues with a partly received block and any blocks behind it; null if it is still incomplete.
    private async ValueTask<PeerBatch?> ReadBlocksAsync(CancellationToken cancellationToken)
    {
        _unfinished.Wait(0);
        if (_stream is not IScatterReader { CanScatter: true } source)
            return await ReadBlockAsync(cancellationToken).ConfigureAwait(false) ? TakePartial() : null;

        if (source.Available == 0)
            await _stream.ReadAsync(Memory<byte>.Empty, cancellationToken).ConfigureAwait(false);
        _burst ??= new BlockBurst(source, _pool);
        var batch = new PeerBatch(BlockBurst.MaxBlocks + 1);
        (_partial, _partialLength) = await _burst.ReadAsync(_partial!, _partialLength, _input, batch).ConfigureAwait(false);
        _isFresh = _input.Length > 0;
        return batch.Messages.Count > 0 ? batch : null;
    }

    private async ValueTask<bool> ReadBlockAsync(CancellationToken cancellationToken)
    {
        int count = await _stream.ReadAsync(_partial!.Data.Memory[_partialLength..], cancellationToken).ConfigureAwait(false);
        if (count == 0)
            throw new IOException("closed by the peer inside a block");
        _partialLength += count;
        return _partialLength == _partial.Data.Length;
    }

    private PeerBatch TakePartial()
    {
        var batch = new PeerBatch(1);
        batch.Add(_partial!);
        _partial = null;
        return batch;
    }
}
