using System.Buffers;
using System.Diagnostics;
using Pieces.Net;
using Pieces.Storage;
using Pieces.Wire;

namespace Pieces.Peers;

/// <summary>
/// Turns a peer's bytes into messages. Frames are cut in a buffer that is filled only when asked and holds nothing while the peer is silent. Of a
/// block the buffer gives what it has; what has not come yet is read from the stream straight into the block's own buffer. One caller at a time.
/// </summary>
internal sealed class PeerReader : IDisposable
{
    // Behind the length prefix and the message's id.
    private const int ExtensionIdAt = PeerFrameHeader.PrefixLength + 1;

    private readonly Stream _stream;
    private readonly PeerInput _input = new();
    private readonly BlockPool _pool;
    private readonly PeerFrameLimits _limits;
    private readonly UnfinishedMessage _unfinished;
    private BlockBurst? _burst;

    // A block whose header came and whose payload is still on its way; while it is there the buffer is empty.
    private BlockMessage? _partial;
    private int _partialLength;

    // Bytes still to come of a message that is not kept.
    private int _toSkip;

    // Whether bytes are here that were not parsed yet.
    private bool _isFresh;

    /// <summary>Reads <paramref name="stream"/>, which stays the caller's.</summary>
    /// <param name="stream">What the peer sends.</param>
    /// <param name="pool">Gives buffers for blocks.</param>
    /// <param name="limits">How long messages may be.</param>
    /// <param name="unfinished">Counts what is held of a message whose end has not come.</param>
    public PeerReader(Stream stream, BlockPool pool, PeerFrameLimits limits, UnfinishedMessage unfinished)
    {
        _stream = stream;
        _pool = pool;
        _limits = limits;
        _unfinished = unfinished;
    }

    /// <summary>Everything that one read brings, at least one message; null at the end of the stream. The batch is the caller's.</summary>
    /// <exception cref="PeerProtocolException">The peer broke the protocol.</exception>
    /// <exception cref="IOException">The connection broke, or ended inside a message.</exception>
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

    /// <summary>Gives back what a half-received message holds. Not while a read is under way.</summary>
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

        // Waits without a buffer: most peers are silent most of the time.
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

    // The limit that a message keeps to; null when it is to be skipped.
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

    // True when nothing is left to skip.
    private bool Skip(ref ReadOnlySequence<byte> input)
    {
        int count = (int)Math.Min(_toSkip, input.Length);
        input = input.Slice(count);
        _toSkip -= count;
        return _toSkip == 0;
    }

    // Null when the payload is not all here: then everything that is here has been taken and the stream stands inside the payload.
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

    // Reads on in a block that is on its way, and whatever blocks stand behind it; null when it is still not whole.
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
