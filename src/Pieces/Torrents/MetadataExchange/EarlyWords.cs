using Pieces.Peers;
using Pieces.Wire;

namespace Pieces.Torrents.MetadataExchange;

/// <summary>
/// What a peer has said before the number of pieces was known, to be heard then: kept in short and bounded, and judged only then. Owned by the
/// torrent's loop.
/// </summary>
internal sealed class EarlyWords
{
    /// <summary>Most single pieces that are remembered beside a bitfield.</summary>
    public const int MaxHaves = 4096;

    /// <summary>Most allowed-fast pieces that are remembered; BEP 6 speaks of ten.</summary>
    public const int MaxAllowedFast = 64;

    private readonly List<PeerMessage> _haves = [];
    private readonly List<PeerMessage> _allowed = [];
    private PeerMessage? _statement;
    private bool _isUnchoked;
    private bool _isInterested;

    /// <summary>Bytes of the bitfield that is kept.</summary>
    public int BitfieldBytes => (_statement as BitfieldMessage)?.Bytes.Length ?? 0;

    /// <summary>Whether more was said than is kept: the peer must be asked anew.</summary>
    public bool IsIncomplete { get; private set; }

    /// <summary>Whether it has said as a whole what it has.</summary>
    public bool HasStatement => _statement is not null;

    /// <summary>Hears a message; false when it is none that has a place here.</summary>
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

    /// <summary>Lets go of the bitfield: there is no room for it.</summary>
    public void DropStatement()
    {
        _statement = null;
        IsIncomplete = true;
    }

    /// <summary>Everything that still counts, in an order in which it could have been said.</summary>
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
