using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Peers;

/// <summary>
/// Queue of outgoing control messages, encoded when they are added; queued messages are sent in one write. Safe for all threads. It has two buffers:
/// one is filled while the other is written.
/// </summary>
internal sealed class PeerOutbox
{
    /// <summary>Maximum size of the queued messages in bytes, in addition to one bitfield of the torrent. A larger queue means that the peer does not
    /// read.</summary>
    public const int MaxLength = 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly int _limit;
    private PooledBuffer _filling = new();
    private PooledBuffer _spare = new();
    private bool _isClosed;

    /// <summary>Creates an outbox for a torrent of <paramref name="pieceCount"/> pieces.</summary>
    public PeerOutbox(int pieceCount) => _limit = MaxLength + Bitfield.ByteLengthOf(pieceCount);

    /// <summary>Size of the queued messages in bytes.</summary>
    public int Length
    {
        get
        {
            lock (_gate)
                return _filling.Length;
        }
    }

    /// <summary>Adds a message; false if the queue exceeds its limit.</summary>
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

    /// <summary>Adds a request for each block; false if the queue exceeds its limit.</summary>
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

    /// <summary>Adds a keep-alive, unless messages are queued anyway.</summary>
    public void AddKeepAlive()
    {
        lock (_gate)
        {
            if (!_isClosed && _filling.Length == 0)
                PeerMessageCodec.EncodeKeepAlive(_filling);
        }
    }

    /// <summary>Takes all queued bytes; null if there are none. The caller must release the buffer before the next call.</summary>
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

    /// <summary>Releases the queued messages; later ones are dropped. A taken buffer still belongs to its taker.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            _filling.Release();
        }
    }
}
