using Pieces.Primitives;
using Pieces.Storage;

namespace Pieces.Picking;

/// <summary>
/// The blocks of one open piece: how many sources are asked for each, who sent it, its bytes while they are in memory, and whether they are on
/// the disk. 13 bytes a block.
/// </summary>
internal sealed class BlockSlots
{
    /// <summary>At most so many sources are asked for one block at one time.</summary>
    public const int MaxAskers = 3;

    private const byte AskersMask = 0x03;
    private const byte ReceivedBit = 0x04;
    private const byte WrittenBit = 0x08;
    private const byte SharedBit = 0x10;

    private readonly byte[] _states;
    private readonly SourceId[] _senders;
    private BlockBuffer?[] _buffers;

    // No block before this one is free to be asked for.
    private int _cursor;

    /// <summary>Makes <paramref name="count"/> blocks of which nothing is here.</summary>
    public BlockSlots(int count)
    {
        _states = new byte[count];
        _senders = new SourceId[count];
        _buffers = new BlockBuffer?[count];
        Free = count;
    }

    /// <summary>Number of blocks.</summary>
    public int Count => _states.Length;

    /// <summary>Blocks that are neither here nor asked for of anyone who is not late.</summary>
    public int Free { get; private set; }

    /// <summary>Blocks that are here, in memory or on the disk.</summary>
    public int Received { get; private set; }

    /// <summary>Blocks whose bytes are in memory, those on their way to the disk included.</summary>
    public int Held { get; private set; }

    /// <summary>Blocks that are on the disk.</summary>
    public int Written { get; private set; }

    /// <summary>Blocks that are asked for and not here.</summary>
    public int Outstanding => Count - Received - Free;

    /// <summary>Whether every block is here.</summary>
    public bool IsComplete => Received == Count;

    /// <summary>Whether a block is here.</summary>
    public bool IsReceived(int ordinal) => (_states[ordinal] & ReceivedBit) != 0;

    /// <summary>Whether a block is on the disk.</summary>
    public bool IsWritten(int ordinal) => (_states[ordinal] & WrittenBit) != 0;

    /// <summary>Whether a block was ever asked of a second source while the first one had not answered.</summary>
    public bool IsShared(int ordinal) => (_states[ordinal] & SharedBit) != 0;

    /// <summary>Sources that are asked for a block and not late.</summary>
    public int AskersOf(int ordinal) => _states[ordinal] & AskersMask;

    /// <summary>Who sent a block; nobody for one that was found on the disk or is not here.</summary>
    public SourceId SenderOf(int ordinal) => _senders[ordinal];

    /// <summary>The first free block at or after <paramref name="start"/>, or -1.</summary>
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

    /// <summary>One source more is asked for a block. <paramref name="isShared"/>: another one was asked and has not answered.</summary>
    public void Ask(int ordinal, bool isShared)
    {
        ref byte state = ref _states[ordinal];
        int askers = state & AskersMask;
        if (askers == MaxAskers || (state & ReceivedBit) != 0)
            throw new InvalidOperationException($"block {ordinal} is here or asked of {askers} sources already");
        if (askers == 0)
            Free--;
        state++;
        if (isShared)
            state |= SharedBit;
    }

    /// <summary>One source less is asked for a block, or it is late: when it was the only one, the block is free again.</summary>
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

    /// <summary>A block is here; its buffer becomes this object's. All its askers count as gone.</summary>
    public void Receive(int ordinal, BlockBuffer buffer, SourceId sender)
    {
        MarkReceived(ordinal);
        _buffers[ordinal] = buffer;
        _senders[ordinal] = sender;
        Held++;
    }

    /// <summary>A block is on the disk since an earlier run.</summary>
    public void FoundOnDisk(int ordinal)
    {
        if (IsReceived(ordinal))
            return;
        MarkReceived(ordinal);
        _states[ordinal] |= WrittenBit;
        Written++;
    }

    /// <summary>A block in memory is on the disk now; with <paramref name="release"/> its buffer is given back.</summary>
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

    /// <summary>The blocks that are in memory and not on the disk, ascending.</summary>
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

    /// <summary>Gives the buffers away, in order, null for a block that is on the disk only; with them, which blocks are on the disk.</summary>
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

    /// <summary>Gives every buffer back to the pool and takes it that nobody is asked; what is on the disk stays.</summary>
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
                _senders[i] = SourceId.None;
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
            throw new InvalidOperationException($"block {ordinal} is here already");
        if ((state & AskersMask) == 0)
            Free--;
        state = (byte)((state & ~AskersMask) | ReceivedBit);
        Received++;
    }
}
