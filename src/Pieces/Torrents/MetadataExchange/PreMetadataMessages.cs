using Pieces.Peers;
using Pieces.Wire;

namespace Pieces.Torrents.MetadataExchange;

/// <summary>
/// Stores the messages that a peer sends before the number of pieces is known, in a compact and bounded form. They are validated when they are
/// replayed. Owned by the torrent's loop.
/// </summary>
internal sealed class PreMetadataMessages
{
    /// <summary>Maximum number of stored <c>have</c> messages per peer, in addition to a bitfield.</summary>
    public const int MaxHaves = 4096;

    /// <summary>Maximum number of stored allowed-fast pieces per peer. BEP 6 suggests ten.</summary>
    public const int MaxAllowedFast = 64;

    private readonly List<PeerMessage> _haves = [];
    private readonly List<PeerMessage> _allowed = [];
    private PeerMessage? _statement;
    private bool _isUnchoked;
    private bool _isInterested;

    /// <summary>Bytes of the stored bitfield.</summary>
    public int BitfieldBytes => (_statement as BitfieldMessage)?.Bytes.Length ?? 0;

    /// <summary>Whether the peer sent more than could be stored. Its connection must be renewed to receive it again.</summary>
    public bool IsIncomplete { get; private set; }

    /// <summary>Whether the peer has sent a bitfield, <c>have all</c> or <c>have none</c>.</summary>
    public bool HasStatement => _statement is not null;

    /// <summary>Stores a message. Returns false if messages of this kind are not stored.</summary>
    public bool Hear(PeerMessage message)
    {
        switch (message)
        {
            case BitfieldMessage or HaveAllMessage or HaveNoneMessage:
                _statement = message;
                _haves.Clear();
                return true;
            case HaveMessage:
                Keep(message, _haves, MaxHaves);
                return true;
            case AllowedFastMessage:
                if (_allowed.Count < MaxAllowedFast)
                    _allowed.Add(message);
                return true;
            case UnchokeMessage or ChokeMessage:
                _isUnchoked = message is UnchokeMessage;
                return true;
            case InterestedMessage or NotInterestedMessage:
                _isInterested = message is InterestedMessage;
                return true;
            default:
                return false;
        }
    }

    /// <summary>Discards the bitfield, because there is no room for it.</summary>
    public void DropStatement()
    {
        _statement = null;
        IsIncomplete = true;
    }

    /// <summary>Returns all stored messages that still apply, in a valid order.</summary>
    public PeerBatch Replay()
    {
        var batch = new PeerBatch(_haves.Count + _allowed.Count + 3);
        if (_statement is not null)
            batch.Add(_statement);
        foreach (PeerMessage have in _haves)
            batch.Add(have);
        foreach (PeerMessage allowed in _allowed)
            batch.Add(allowed);
        if (_isUnchoked)
            batch.Add(UnchokeMessage.Instance);
        if (_isInterested)
            batch.Add(InterestedMessage.Instance);
        return batch;
    }

    private void Keep(PeerMessage message, List<PeerMessage> list, int limit)
    {
        if (list.Count < limit)
            list.Add(message);
        else
            IsIncomplete = true;
    }
}
