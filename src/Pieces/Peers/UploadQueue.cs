using Pieces.Primitives;

namespace Pieces.Peers;

/// <summary>Blocks that a peer asked for and that wait to be read and sent, in order. Safe for all threads.</summary>
internal sealed class UploadQueue
{
    /// <summary>Most blocks that wait; we advertise it as <c>reqq</c> (BEP 10).</summary>
    public const int Capacity = 512;

    private readonly Lock _gate = new();
    private List<BlockRequest> _blocks = [];

    /// <summary>Blocks that wait.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _blocks.Count;
        }
    }

    /// <summary>Adds a block; false when the queue is full.</summary>
    public bool TryAdd(BlockRequest block)
    {
        lock (_gate)
        {
            if (_blocks.Count >= Capacity)
                return false;
            _blocks.Add(block);
            return true;
        }
    }

    /// <summary>Takes a block out; false when it is not there.</summary>
    public bool Remove(BlockRequest block)
    {
        lock (_gate)
            return _blocks.Remove(block);
    }

    /// <summary>Takes everything out.</summary>
    public IReadOnlyList<BlockRequest> Drain()
    {
        lock (_gate)
        {
            List<BlockRequest> all = _blocks;
            _blocks = [];
            return all;
        }
    }

    /// <summary>Moves blocks from the front to <paramref name="destination"/>: one at least, then as many as fit
    /// <paramref name="maxBytes"/>.</summary>
    /// <returns>How many were moved; 0 when none wait.</returns>
    public int Take(List<BlockRequest> destination, int maxBytes)
    {
        lock (_gate)
        {
            int count = 0;
            long bytes = 0;
            while (count < _blocks.Count && (count == 0 || bytes + _blocks[count].Length <= maxBytes))
            {
                bytes += _blocks[count].Length;
                destination.Add(_blocks[count++]);
            }

            _blocks.RemoveRange(0, count);
            return count;
        }
    }

    /// <summary>Gives back memory while nothing waits.</summary>
    public void Trim()
    {
        lock (_gate)
        {
            if (_blocks.Count == 0)
                _blocks.Capacity = 0;
        }
    }
}
