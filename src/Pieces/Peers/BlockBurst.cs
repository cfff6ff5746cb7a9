using System.Buffers;
using System.Buffers.Binary;
using Pieces.Net;
using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Wire;

namespace Pieces.Peers;

/// <summary>
/// Reads blocks that come one behind another straight into their buffers, many with one call of the system: after the rest of the block that is on its
/// way it expects a header, a whole block, a header, and so on. Where that turns out wrong, what came from there on is handed on as plain bytes.
/// </summary>
internal sealed class BlockBurst
{
    /// <summary>Blocks of one read, beside the one that is on its way.</summary>
    public const int MaxBlocks = 16;

    private const int HeaderLength = PeerMessageCodec.PieceHeaderLength;
    private const int UnitLength = HeaderLength + BlockRequest.MaxLength;

    // The length prefix of a whole block's message.
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

    /// <summary>Reads once; something must be there to read, or buffers would lie idle.</summary>
    /// <param name="partial">The block that is on its way. It stays the caller's.</param>
    /// <param name="received">Bytes of it that have come.</param>
    /// <param name="rest">Gets what came behind the last block that was as expected.</param>
    /// <param name="batch">Gets the blocks that are whole now.</param>
    /// <returns>The block that is on its way now, or null, and what has come of it.</returns>
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

    // What is used of the buffers leaves the list; the others go back to the pool.
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
