using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using Pieces.Net;
using Pieces.Storage;
using Pieces.Wire;

namespace Pieces.Peers;

/// <summary>
/// Turns a peer's bytes into messages. Frames are cut in a pipe that is filled only when asked and holds no buffer while the peer is silent. Of a block
/// the pipe gives what it has; what has not come yet is read from the stream straight into the block's buffer. One caller at a time.
/// </summary>
internal sealed class PeerReader : IDisposable
{
    private const int ReadLength = 64 * 1024;

    private readonly Stream _stream;
    private readonly Pipe _pipe = new(new PipeOptions(
        readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, pauseWriterThreshold: 0, minimumSegmentSize: ReadLength,
        useSynchronizationContext: false));
    private readonly BlockPool _pool;
    private readonly PeerFrameLimits _limits;
    private BlockBurst? _burst;

    // A block whose header came and whose payload is still on its way; while it is there the pipe is empty.
    private BlockMessage? _partial;
    private int _partialLength;

    // Bytes still to come of a message that is not known.
    private int _toSkip;
    private bool _isDrained = true;

    /// <summary>Reads <paramref name="stream"/>, which stays the caller's.</summary>
    public PeerReader(Stream stream, BlockPool pool, PeerFrameLimits limits)
    {
        _stream = stream;
        _pool = pool;
        _limits = limits;
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
            else if (_pipe.Reader.TryRead(out ReadResult result))
                batch = Parse(result.Buffer);
            else if (!await FillAsync(cancellationToken).ConfigureAwait(false))
                return _isDrained ? null : throw new IOException("closed by the peer inside a message");

            if (batch is not null)
                return batch;
        }
    }

    /// <summary>Gives back what a half-received block holds. Not while a read is under way.</summary>
    public void Dispose()
    {
        _partial?.Data.Dispose();
        _partial = null;
        _pipe.Writer.Complete();
        _pipe.Reader.Complete();
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        // Waits without a buffer: most peers are silent most of the time.
        await _stream.ReadAsync(Memory<byte>.Empty, cancellationToken).ConfigureAwait(false);
        int count = await _stream.ReadAsync(_pipe.Writer.GetMemory(ReadLength), cancellationToken).ConfigureAwait(false);
        _pipe.Writer.Advance(count);
        await _pipe.Writer.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        return count > 0;
    }

    private PeerBatch? Parse(ReadOnlySequence<byte> input)
    {
        PeerBatch? batch = null;
        try
        {
            while (Skip(ref input) && PeerFraming.TryPeek(input, _limits.Longest, out PeerFrameHeader header))
            {
                PeerMessage? message = null;
                if (!header.IsKeepAlive && _limits.Of(header.Id) is not { } limit)
                    _toSkip = PeerFrameHeader.PrefixLength + header.Length;
                else if (!header.IsKeepAlive && header.Length > _limits.Of(header.Id))
                    throw new PeerProtocolException($"{header.Id} message of {header.Length} bytes; at most {_limits.Of(header.Id)} allowed");
                else if (header is { IsKeepAlive: false, Id: PeerMessageId.Piece })
                {
                    if (input.Length < PeerMessageCodec.PieceHeaderLength)
                        break;
                    message = TakeBlock(ref input, header.Length);
                    if (message is null)
                        break;
                }
                else if (PeerFraming.TryRead(ref input, _limits.Longest, out PeerFrame frame))
                    message = PeerMessageCodec.Decode(frame);
                else
                    break;

                if (message is not null)
                    (batch ??= new PeerBatch()).Add(message);
            }
        }
        catch (PeerProtocolException)
        {
            batch?.Dispose();
            throw;
        }

        _isDrained = input.IsEmpty;
        _pipe.Reader.AdvanceTo(input.Start, input.End);
        return batch;
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

        Debug.Assert(input.IsEmpty, "the rest is read from the stream, so the pipe must be drained");
        _partial = message;
        _partialLength = here;
        return null;
    }

    // Reads on in a block that is on its way, and whatever blocks stand behind it; null when it is still not whole.
    private async ValueTask<PeerBatch?> ReadBlocksAsync(CancellationToken cancellationToken)
    {
        if (_stream is not IScatterReader { CanScatter: true } source)
            return await ReadBlockAsync(cancellationToken).ConfigureAwait(false) ? TakePartial() : null;

        if (source.Available == 0)
            await _stream.ReadAsync(Memory<byte>.Empty, cancellationToken).ConfigureAwait(false);
        _burst ??= new BlockBurst(source, _pool);
        var batch = new PeerBatch(BlockBurst.MaxBlocks + 1);
        (_partial, _partialLength) = await _burst.ReadAsync(_partial!, _partialLength, _pipe.Writer, batch).ConfigureAwait(false);
        await _pipe.Writer.FlushAsync(CancellationToken.None).ConfigureAwait(false);
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
