using Pieces.Primitives;

namespace Pieces.Peers;

/// <summary>Blocks that a peer has requested and that are still to be read and sent, in order. Safe for all threads.</summary>
internal sealed class UploadQueue
{
    /// <summary>Maximum number of queued blocks, advertised as <c>reqq</c> (BEP 10).</summary>
    public const int Capacity = 512;

    private readonly Lock _gate = new();
    private List<BlockRequest> _blocks = [];

    /// <summary>Number of queued blocks.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _blocks.Count;
        }
    }

    /// <summary>Adds a block; false if the queue is full.</summary>
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

    /// <summary>Removes a block; false if it is not queued.</summary>
    public bool Remove(BlockRequest block)
    {
        lock (_gate)
            return _blocks.Remove(block);
    }

    /// <summary>Removes and returns all blocks.</summary>
    public IReadOnlyList<BlockRequest> Drain()
    {
        lock (_gate)
        {
            List<BlockRequest> all = _blocks;
            _blocks = [];
            return all;
        }
    }

    /// <summary>
    /// Moves blocks from the front of the queue to <paramref name="destination"/>: at least one, then as many as fit into
    /// <paramref name="maxBytes"/>.
    /// </summary>
    /// <returns>The number of moved blocks; 0 if the queue is empty.</returns>
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

    /// <summary>Releases memory while the queue is empty.</summary>
    public void Trim()
    {
        lock (_gate)
        {
            if (_blocks.Count == 0)
                _blocks.Capacity = 0;
        }
    }
}
