using System.Diagnostics;
using Pieces.Net;
using Pieces.Primitives;
using Pieces.Providers;
using Pieces.Wire;

namespace Pieces.Peers;

/// <summary>What the parts of a torrent share of their knowledge of a connected peer. Owned by the torrent's loop.</summary>
internal sealed class PeerState : IProviderLink
{
    /// <summary>Number of small offences after which the connection is closed.</summary>
    public const int MaxOffences = 8;

    /// <summary>Makes the state of a peer with whom the handshake is just done.</summary>
    /// <param name="id">Who it is; differs for each connection.</param>
    /// <param name="link">Its connection.</param>
    /// <param name="pieceCount">Number of pieces of the torrent; 0 while it is not known.</param>
    /// <param name="time">For the length of a second in timestamps.</param>
    /// <param name="now">Timestamp.</param>
    public PeerState(SourceId id, IPeerLink link, int pieceCount, TimeProvider time, long now)
    {
        Link = link;
        Pieces = new PeerPieces(pieceCount);
        Provider = new BlockProvider(id, Pieces, this, time, now) { IsInSwarm = true, Host = HostOf(link.RemoteEndPoint) };
        Uploaded = new RateMeter(time, now);
        Exchange = new RecentExchange(time, now);
        Network = BudgetKey.Of(link.RemoteEndPoint.Address);
        ConnectedAt = now;
    }

    /// <summary>Who it is, for requests and blame.</summary>
    public SourceId Id => Provider.Id;

    /// <summary>Its connection.</summary>
    public IPeerLink Link { get; }

    /// <summary>What it has.</summary>
    public PeerPieces Pieces { get; }

    /// <summary>Who chokes and who is interested.</summary>
    public PeerFlags Flags { get; } = new();

    /// <summary>What it sends us.</summary>
    public BlockProvider Provider { get; }

    /// <summary>Payload to it.</summary>
    public RateMeter Uploaded { get; }

    /// <summary>Payload in both directions within the last minutes.</summary>
    public RecentExchange Exchange { get; }

    /// <summary>Whose connections are limited together with this one.</summary>
    public BudgetKey Network { get; }

    /// <summary>Whether a side has told its interest and waits to be let ask.</summary>
    public bool IsWaiting => (Flags.PeerInterested && Flags.AmChoking) || (Flags.AmInterested && Flags.PeerChoking);

    /// <summary>Timestamp of the handshake's end.</summary>
    public long ConnectedAt { get; }

    /// <summary>Whether it has said that it downloads nothing more (BEP 21).</summary>
    public bool IsUploadOnly { get; set; }

    /// <summary>Which extensions it speaks (BEP 10).</summary>
    public PeerExtensions Extensions { get; } = new();

    /// <summary>Its program, safe to print.</summary>
    public string Client { get; set; } = "";

    /// <summary>Where it can be dialled; null while an inbound peer has not told its listen port.</summary>
    public System.Net.IPEndPoint? DialAddress { get; set; }

    /// <summary>Whether the address is known to be its own, though it dialled us: we dialled there, and the same peer answered.</summary>
    public bool IsDialAddressProven { get; set; }

    /// <summary>Where it was heard of.</summary>
    public PeerOrigin Origin { get; init; } = PeerOrigin.Inbound;

    /// <summary>Whether it is this program, of whatever version.</summary>
    public bool IsOfOurs { get; init; }

    /// <summary>Number of small offences so far.</summary>
    public int Offences { get; private set; }

    /// <summary>
    /// Whether it seems to download without uploading. A peer of our kind unchokes even those that are not interested, as nobody is while it has
    /// nothing; this one has nothing for us, or came with nothing at all, and has neither unchoked us nor sent us anything so far.
    /// </summary>
    public bool Withholds =>
        IsOfOurs && (!Provider.IsUseful || Pieces.CameEmpty) && !Provider.Requests.WasEverUnchoked && Provider.Downloaded.Total == 0;

    /// <summary>Why the connection ends; decided by whoever closes it first.</summary>
    public PeerEnding Ending { get; private set; }

    /// <summary>Closes the connection.</summary>
    public void Close(PeerEnding ending, string reason)
    {
        if (Ending == PeerEnding.Unplanned)
            Ending = ending;
        Link.Close(reason);
    }

    /// <summary>Counts a small offence, and closes the connection when it is one too many.</summary>
    public void Offend(Offence offence)
    {
        if (++Offences == MaxOffences)
            Close(PeerEnding.Offence, $"{Offences} small offences, the last: {TextOf(offence)}");
    }

    /// <summary>Sends a message of an extension. False when the peer does not speak it: nothing is sent.</summary>
    /// <param name="extension">The extension's name.</param>
    /// <param name="payload">What follows the id.</param>
    public bool TrySend(string extension, byte[] payload)
    {
        byte id = Extensions.IdOf(extension);
        if (id != 0)
            Link.Send(new ExtendedMessage(id, payload));
        return id != 0;
    }

    /// <summary>It no longer chokes us.</summary>
    public void OnUnchoked(long now)
    {
        Flags.PeerChoking = false;
        Provider.Requests.OnUnchoked(now);
    }

    bool IProviderLink.AmInterested => Flags.AmInterested;

    bool IProviderLink.IsChoking => Flags.PeerChoking;

    void IProviderLink.TellInterest(bool isInterested)
    {
        Flags.AmInterested = isInterested;
        Link.Send(isInterested ? InterestedMessage.Instance : NotInterestedMessage.Instance);
    }

    void IProviderLink.SendRequests(IReadOnlyList<BlockRequest> blocks) => Link.SendRequests(blocks);

    void IProviderLink.SendCancel(BlockRequest block) =>
        Link.Send(new CancelMessage((uint)block.Piece.Value, (uint)block.Begin, (uint)block.Length));

    void IProviderLink.OnUnsolicitedBlock(bool exists) => Offend(exists ? Offence.UnsolicitedBlock : Offence.ImpossibleBlock);

    // Where many peers share an address, the port counts.
    private static CompactEndPoint HostOf(System.Net.IPEndPoint remote)
    {
        var compact = CompactEndPoint.From(remote);
        return AddressFacts.IsLocal(compact) ? compact : BudgetKey.Of(compact).Network;
    }

    private static string TextOf(Offence offence) => offence switch
    {
        Offence.UnsolicitedBlock => "a block that nobody requested",
        Offence.ImpossibleBlock => "a block that does not exist",
        Offence.RepeatedStatement => "a bitfield that brought nothing new",
        Offence.RepeatedWithdrawal => "a piece that was withdrawn again and again",
        Offence.TooEarly => "a request or a block before the torrent was known",
        Offence.UnsolicitedMetadata => "metadata that nobody requested",
        Offence.HastyExchange => "peer exchange messages in too quick succession",
        _ => throw new UnreachableException(offence.ToString()),
    };
}
