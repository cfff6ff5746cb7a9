namespace Pieces.Wire;

/// <summary>Ids of the messages between peers (BEP 3, 5, 6, 10).</summary>
internal enum PeerMessageId : byte
{
    Choke = 0,
    Unchoke = 1,
    Interested = 2,
    NotInterested = 3,
    Have = 4,
    Bitfield = 5,
    Request = 6,
    Piece = 7,
    Cancel = 8,
    Port = 9,
    SuggestPiece = 13,
    HaveAll = 14,
    HaveNone = 15,
    RejectRequest = 16,
    AllowedFast = 17,
    Extended = 20,
}

/// <summary>
/// One message between peers. Numbers in it are as the peer sent them: they are range-checked where they become a <c>PieceIndex</c> or
/// <c>BlockRequest</c>, in <c>PieceLayout</c>. A block's payload is not included; see <c>BlockMessage</c> in Peers.
/// </summary>
internal abstract record PeerMessage;

internal sealed record ChokeMessage : PeerMessage
{
    public static readonly ChokeMessage Instance = new();
}

internal sealed record UnchokeMessage : PeerMessage
{
    public static readonly UnchokeMessage Instance = new();
}

internal sealed record InterestedMessage : PeerMessage
{
    public static readonly InterestedMessage Instance = new();
}

internal sealed record NotInterestedMessage : PeerMessage
{
    public static readonly NotInterestedMessage Instance = new();
}

/// <summary>The sender now has a piece.</summary>
internal sealed record HaveMessage(uint Piece) : PeerMessage;

/// <summary>The pieces that the sender has, as sent: length and spare bits are checked once the number of pieces is known.</summary>
internal sealed record BitfieldMessage(byte[] Bytes) : PeerMessage;

internal sealed record RequestMessage(uint Piece, uint Begin, uint Length) : PeerMessage;

internal sealed record CancelMessage(uint Piece, uint Begin, uint Length) : PeerMessage;

/// <summary>UDP port of the sender's DHT node (BEP 5).</summary>
internal sealed record PortMessage(ushort Port) : PeerMessage;

internal sealed record SuggestPieceMessage(uint Piece) : PeerMessage;

internal sealed record HaveAllMessage : PeerMessage
{
    public static readonly HaveAllMessage Instance = new();
}

internal sealed record HaveNoneMessage : PeerMessage
{
    public static readonly HaveNoneMessage Instance = new();
}

/// <summary>The request will not be answered (BEP 6).</summary>
internal sealed record RejectRequestMessage(uint Piece, uint Begin, uint Length) : PeerMessage;

/// <summary>The receiver may request the piece even while choked (BEP 6).</summary>
internal sealed record AllowedFastMessage(uint Piece) : PeerMessage;

/// <summary>A message of an extension (BEP 10); id 0 is the extension handshake. Its length is limited by the frame limit.</summary>
internal sealed record ExtendedMessage(byte ExtendedId, byte[] Payload) : PeerMessage;
