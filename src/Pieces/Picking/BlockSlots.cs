using Pieces.Primitives;
using Pieces.Storage;

namespace Pieces.Picking;

/// <summary>
/// The blocks of one open piece. For each block: from how many sources it is requested, which source sent it, its bytes while they are in memory, and
/// whether it is on disk. 13 bytes per block.
/// </summary>
internal sealed class BlockSlots
{
    /// <summary>Maximum number of sources from which the same block is requested concurrently.</summary>
    public const int MaxAskers = 3;

    private const byte AskersMask = 0x03;
    private const byte ReceivedBit = 0x04;
    private const byte WrittenBit = 0x08;
    private const byte SharedBit = 0x10;

    private readonly byte[] _states;
    private readonly SenderId[] _senders;
    private BlockBuffer?[] _buffers;

    // No block before this one is free.
    private int _cursor;

    /// <summary>Creates <paramref name="count"/> free blocks.</summary>
    public BlockSlots(int count)
    {
        _states = new byte[count];
        _senders = new SenderId[count];
        _buffers = new BlockBuffer?[count];
        Free = count;
    }

    /// <summary>Number of blocks.</summary>
    public int Count => _states.Length;

    /// <summary>Number of blocks that have not been received and have no pending request. Late requests do not count as pending.</summary>
    public int Free { get; private set; }

    /// <summary>Number of blocks that have been received and are in memory or on disk.</summary>
    public int Received { get; private set; }

    /// <summary>Number of blocks whose bytes are in memory, including those being written.</summary>
    public int Held { get; private set; }

    /// <summary>Number of blocks that are on disk.</summary>
    public int Written { get; private set; }

    /// <summary>Number of blocks that have a pending request and have not been received.</summary>
    public int Outstanding => Count - Received - Free;

    /// <summary>Whether every block has been received.</summary>
    public bool IsComplete => Received == Count;

    /// <summary>Whether a block has been received.</summary>
    public bool IsReceived(int ordinal) => (_states[ordinal] & ReceivedBit) != 0;

    /// <summary>Whether a block is on disk.</summary>
    public bool IsWritten(int ordinal) => (_states[ordinal] & WrittenBit) != 0;

    /// <summary>Whether a block was ever requested from a second source before the first one had answered.</summary>
    public bool IsShared(int ordinal) => (_states[ordinal] & SharedBit) != 0;

    /// <summary>Number of sources with a pending request for a block. Late requests do not count as pending.</summary>
    public int AskersOf(int ordinal) => _states[ordinal] & AskersMask;

    /// <summary>The sender of a block; <see cref="SenderId.None"/> for a block that was found on disk or has not been received.</summary>
    public SenderId SenderOf(int ordinal) => _senders[ordinal];

    /// <summary>Returns the first free block at or after <paramref name="start"/>, or -1.</summary>
    public int NextFree(int start)
    {
        if (Free == 0)
            return -1;
        int i = Math.Max(start, _cursor);
        while (i < _states.Length && (_states[i] & (AskersMask | ReceivedBit)) != 0)
            i++;
        if (start <= _cursor)
            _cursor = i;
        return i < _states.Length ? i : -1;
    }

    /// <summary>
    /// A block is requested from one more source. <paramref name="isShared"/>: it is also requested from another source that has not answered.
    /// </summary>
    public void Ask(int ordinal, bool isShared)
    {
        ref byte state = ref _states[ordinal];
        int askers = state & AskersMask;
        if (askers == MaxAskers || (state & ReceivedBit) != 0)
            throw new InvalidOperationException($"block {ordinal} is already present, or already requested from {askers} sources");
        if (askers == 0)
            Free--;
        state++;
        if (isShared)
            state |= SharedBit;
    }

    /// <summary>A request for a block was cancelled or is late. If it was the only pending request, the block becomes free again.</summary>
    /// <returns>Whether the block became free.</returns>
    public bool Unask(int ordinal, bool mayStillCome)
    {
        ref byte state = ref _states[ordinal];
        if ((state & ReceivedBit) != 0 || (state & AskersMask) == 0)
            return false;
        state--;
        if (mayStillCome)
            state |= SharedBit;
        if ((state & AskersMask) != 0)
            return false;
        Free++;
        _cursor = Math.Min(_cursor, ordinal);
        return true;
    }

    /// <summary>A block has been received. This object takes ownership of its buffer. All other requests for it no longer count.</summary>
    public void Receive(int ordinal, BlockBuffer buffer, SenderId sender)
    {
        MarkReceived(ordinal);
        _buffers[ordinal] = buffer;
        _senders[ordinal] = sender;
        Held++;
    }

    /// <summary>A block was written by an earlier run.</summary>
    public void FoundOnDisk(int ordinal)
    {
        if (IsReceived(ordinal))
            return;
        MarkReceived(ordinal);
        _states[ordinal] |= WrittenBit;
        Written++;
    }

    /// <summary>A block in memory is on disk now. If <paramref name="release"/> is set, its buffer is released.</summary>
    public void MarkWritten(int ordinal, bool release)
    {
        if (!IsWritten(ordinal))
        {
            _states[ordinal] |= WrittenBit;
            Written++;
        }

        if (release && _buffers[ordinal] is { } buffer)
        {
            _buffers[ordinal] = null;
            Held--;
            buffer.Dispose();
        }
    }

    /// <summary>Returns the blocks that are in memory but not on disk, in ascending order.</summary>
    public List<CandidateBlock> Unwritten()
    {
        var blocks = new List<CandidateBlock>(Received - Written);
        for (int i = 0; i < _buffers.Length && blocks.Count < Received - Written; i++)
        {
            if (!IsWritten(i) && _buffers[i] is { } buffer)
                blocks.Add(new CandidateBlock(i, buffer));
        }

        return blocks;
    }

    /// <summary>
    /// Hands over the buffers, in order; null for a block that is only on disk. <paramref name="written"/> receives which blocks are on disk.
    /// </summary>
    public BlockBuffer?[] TakeBuffers(out bool[] written)
    {
        written = new bool[Count];
        for (int i = 0; i < written.Length; i++)
            written[i] = IsWritten(i);
        BlockBuffer?[] taken = _buffers;
        _buffers = [];
        Held = 0;
        return taken;
    }

    /// <summary>Releases all buffers and discards all pending requests. Only blocks on disk are kept.</summary>
    public void KeepWrittenOnly()
    {
        for (int i = 0; i < _buffers.Length; i++)
        {
            _buffers[i]?.Dispose();
            _buffers[i] = null;
        }

        for (int i = 0; i < _states.Length; i++)
        {
            _states[i] = IsWritten(i) ? (byte)(WrittenBit | ReceivedBit) : (byte)0;
            if (!IsWritten(i))
                _senders[i] = SenderId.None;
        }

        Held = 0;
        Received = Written;
        Free = Count - Written;
        _cursor = 0;
    }

    private void MarkReceived(int ordinal)
    {
        ref byte state = ref _states[ordinal];
        if ((state & ReceivedBit) != 0)
            throw new InvalidOperationException($"block {ordinal} is already present");
        if ((state & AskersMask) == 0)
            Free--;
        state = (byte)((state & ~AskersMask) | ReceivedBit);
        Received++;
    }
}
