using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Peers;

/// <summary>
/// Control messages on their way out, encoded at once: what collects goes out in one write. Safe for all threads; two buffers take turns, one being
/// filled while the other is written.
/// </summary>
internal sealed class PeerOutbox
{
    /// <summary>What may collect for a peer that takes nothing, in bytes, beside one bitfield of the torrent.</summary>
    public const int MaxLength = 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly int _limit;
    private PooledBuffer _filling = new();
    private PooledBuffer _spare = new();
    private bool _isClosed;

    /// <summary>Makes an outbox for a torrent of <paramref name="pieceCount"/> pieces.</summary>
    public PeerOutbox(int pieceCount) => _limit = MaxLength + Bitfield.ByteLengthOf(pieceCount);

    /// <summary>Bytes that have collected.</summary>
    public int Length
    {
        get
        {
            lock (_gate)
                return _filling.Length;
        }
    }

    /// <summary>Adds a message; false when more than the limit has collected.</summary>
    public bool TryAdd(PeerMessage message)
    {
        lock (_gate)
        {
            if (_isClosed)
                return true;
            PeerMessageCodec.Encode(message, _filling);
            return _filling.Length <= _limit;
        }
    }

    /// <summary>Adds a request for each block; false when more than the limit has collected.</summary>
    public bool TryAddRequests(IReadOnlyList<BlockRequest> blocks)
    {
        lock (_gate)
        {
            if (_isClosed)
                return true;
            for (int i = 0; i < blocks.Count; i++)
                PeerMessageCodec.EncodeRequest(blocks[i], _filling);
            return _filling.Length <= _limit;
        }
    }

    /// <summary>Adds a keep-alive, unless something is about to go out anyway.</summary>
    public void AddKeepAlive()
    {
        lock (_gate)
        {
            if (!_isClosed && _filling.Length == 0)
                PeerMessageCodec.EncodeKeepAlive(_filling);
        }
    }

    /// <summary>Takes everything that has collected; null when there is nothing. The taker releases the buffer before it takes again.</summary>
    public PooledBuffer? Take()
    {
        lock (_gate)
        {
            if (_filling.Length == 0)
                return null;
            (_filling, _spare) = (_spare, _filling);
            return _spare;
        }
    }

    /// <summary>Gives back what nobody will take any more; later messages vanish. A buffer that is taken stays its taker's.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            _filling.Release();
        }
    }
}
