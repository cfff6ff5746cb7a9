using System.Buffers;
using System.Buffers.Binary;
using Pieces.Net;
using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Wire;

namespace Pieces.Peers;

/// <summary>
/// Reads consecutive blocks straight into their buffers, many with one system call. After the rest of the current block it expects a header, a
/// full-size block, a header, and so on. If a message turns out to be different, the bytes from there on are passed on for normal parsing.
/// </summary>
internal sealed class BlockBurst
{
    /// <summary>Maximum number of blocks per read, in addition to the partly received one.</summary>
    public const int MaxBlocks = 16;

    private const int HeaderLength = PeerMessageCodec.PieceHeaderLength;
    private const int UnitLength = HeaderLength + BlockRequest.MaxLength;

    // The length prefix of a piece message with a full-size block.
    private const int WholeBlockPrefix = HeaderLength - sizeof(int) + BlockRequest.MaxLength;

    private readonly IScatterReader _source;
    private readonly BlockPool _pool;
    private readonly byte[] _headers = GC.AllocateUninitializedArray<byte>(MaxBlocks * HeaderLength, pinned: true);
    private readonly List<Memory<byte>> _targets = new((2 * MaxBlocks) + 1);
    private readonly List<BlockBuffer> _buffers = new(MaxBlocks);

    /// <summary>Reads from <paramref name="source"/> into buffers of <paramref name="pool"/>.</summary>
    public BlockBurst(IScatterReader source, BlockPool pool)
    {
        _source = source;
        _pool = pool;
    }

    /// <summary>Reads once. Call it only if bytes are available, or the rented buffers would be unused.</summary>
    /// <param name="partial">The partly received block. The caller keeps ownership.</param>
    /// <param name="received">Number of its bytes already received.</param>
    /// <param name="rest">Receives the bytes after the last expected block.</param>
    /// <param name="batch">Receives the completed blocks.</param>
    /// <returns>The block that is now partly received, or null, and the number of its bytes received.</returns>
    /// <exception cref="IOException">The stream ended.</exception>
    public async ValueTask<(BlockMessage? Partial, int Received)> ReadAsync(
        BlockMessage partial, int received, IBufferWriter<byte> rest, PeerBatch batch)
    {
        int wanted = partial.Data.Length - received;
        Prepare(partial.Data.Memory[received..], Math.Clamp((_source.Available - wanted + UnitLength - 1) / UnitLength, 0, MaxBlocks));
        try
        {
            int count = await _source.ReadAsync(_targets).ConfigureAwait(false);
            if (count == 0)
                throw new IOException("closed by the peer inside a block");
            if (count < wanted)
                return (partial, received + count);
            batch.Add(partial);
            return Sort(count - wanted, rest, batch);
        }
        finally
        {
            foreach (BlockBuffer unused in _buffers)
                unused.Dispose();
            _buffers.Clear();
            _targets.Clear();
        }
    }

    private void Prepare(Memory<byte> first, int blocks)
    {
        _targets.Add(first);
        for (int i = 0; i < blocks; i++)
        {
            BlockBuffer buffer = _pool.Rent(BlockRequest.MaxLength);
            _buffers.Add(buffer);
            _targets.Add(_headers.AsMemory(i * HeaderLength, HeaderLength));
            _targets.Add(buffer.Memory);
        }
    }

    // Buffers in use are removed from the list; the others are returned to the pool.
    private (BlockMessage? Partial, int Received) Sort(int left, IBufferWriter<byte> rest, PeerBatch batch)
    {
        int used = 0;
        (BlockMessage? Partial, int Received) onItsWay = (null, 0);
        while (left >= HeaderLength && IsWholeBlock(used))
        {
            PieceHeader header = PeerMessageCodec.ReadPieceHeader(new ReadOnlySequence<byte>(_headers, used * HeaderLength, HeaderLength));
            var message = new BlockMessage(header.Piece, header.Begin, _buffers[used]);
            used++;
            left -= HeaderLength;
            if (left < BlockRequest.MaxLength)
            {
                onItsWay = (message, left);
                left = 0;
                break;
            }

            batch.Add(message);
            left -= BlockRequest.MaxLength;
        }

        for (int i = used; left > 0; i++)
        {
            left -= Pass(_headers.AsSpan(i * HeaderLength, HeaderLength), left, rest);
            left -= Pass(_buffers[i].Memory.Span, left, rest);
        }

        _buffers.RemoveRange(0, used);
        return onItsWay;
    }

    private bool IsWholeBlock(int index)
    {
        ReadOnlySpan<byte> header = _headers.AsSpan(index * HeaderLength, HeaderLength);
        return BinaryPrimitives.ReadInt32BigEndian(header) == WholeBlockPrefix && header[sizeof(int)] == (byte)PeerMessageId.Piece;
    }

    private static int Pass(ReadOnlySpan<byte> bytes, int left, IBufferWriter<byte> rest)
    {
        int count = Math.Min(bytes.Length, left);
        rest.Write(bytes[..count]);
        return count;
    }
}
