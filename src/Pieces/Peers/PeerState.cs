using System.Diagnostics;
using Pieces.Net;
using Pieces.Primitives;
using Pieces.Providers;
using Pieces.Wire;

namespace Pieces.Peers;

/// <summary>The state of a connected peer that the parts of a torrent share. Owned by the torrent's loop.</summary>
internal sealed class PeerState : IProviderLink
{
    /// <summary>Maximum number of minor offences; the last one closes the connection.</summary>
    public const int MaxOffences = 8;

    /// <summary>Creates the state of a peer whose handshake has just been completed.</summary>
    /// <param name="id">Identifies the peer; unique per connection.</param>
    /// <param name="link">Its connection.</param>
    /// <param name="pieceCount">Number of pieces of the torrent; 0 while it is unknown.</param>
    /// <param name="time">Clock.</param>
    /// <param name="now">Current timestamp.</param>
    public PeerState(SenderId id, IPeerLink link, int pieceCount, TimeProvider time, long now)
    {
        Link = link;
        Pieces = new PeerPieces(pieceCount);
        Provider = new BlockProvider(id, Pieces, this, time, now) { IsInSwarm = true, Host = HostOf(link.RemoteEndPoint) };
        Uploaded = new RateMeter(time, now);
        Exchange = new RecentExchange(time, now);
        Network = BudgetKey.Of(link.RemoteEndPoint.Address);
        ConnectedAt = now;
    }

    /// <summary>Identifies the peer for requests and bans.</summary>
    public SenderId Id => Provider.Id;

    /// <summary>Its connection.</summary>
    public IPeerLink Link { get; }

    /// <summary>The pieces it has.</summary>
    public PeerPieces Pieces { get; }

    /// <summary>Choke and interest flags of both sides.</summary>
    public PeerFlags Flags { get; } = new();

    /// <summary>Requests to the peer and the data it sends us.</summary>
    public BlockProvider Provider { get; }

    /// <summary>Rate of the payload sent to it.</summary>
    public RateMeter Uploaded { get; }

    /// <summary>Payload exchanged in both directions within the last minutes.</summary>
    public RecentExchange Exchange { get; }

    /// <summary>The network with which it shares a connection limit.</summary>
    public BudgetKey Network { get; }

    /// <summary>Whether one side is interested and waits for an unchoke.</summary>
    public bool IsWaiting => (Flags.PeerInterested && Flags.AmChoking) || (Flags.AmInterested && Flags.PeerChoking);

    /// <summary>Timestamp of the end of the handshake.</summary>
    public long ConnectedAt { get; }

    /// <summary>Whether it has announced that it downloads nothing more (BEP 21).</summary>
    public bool IsUploadOnly { get; set; }

    /// <summary>The extensions it supports (BEP 10).</summary>
    public PeerExtensions Extensions { get; } = new();

    /// <summary>Name of its client program, safe to print.</summary>
    public string Client { get; set; } = "";

    /// <summary>The address at which it can be dialled; null while an inbound peer has not sent its listen port.</summary>
    public System.Net.IPEndPoint? DialAddress { get; set; }

    /// <summary>Whether the dial address of an inbound peer is verified: we dialled it, and the same peer answered.</summary>
    public bool IsDialAddressProven { get; set; }

    /// <summary>The source of its address.</summary>
    public PeerOrigin Origin { get; init; } = PeerOrigin.Inbound;

    /// <summary>Whether it runs this program, in any version.</summary>
    public bool IsOfOurs { get; init; }

    /// <summary>Number of minor offences so far.</summary>
    public int Offences { get; private set; }

    /// <summary>
    /// Whether the peer seems to download without uploading. Only a peer that runs this program can look like that, since this program unchokes
    /// even a peer for which it has nothing. The peer looks like a free rider if it has nothing we want or had no pieces when it connected, and if
    /// it has neither unchoked us nor sent us anything so far.
    /// </summary>
    public bool LooksLikeFreeRider =>
        IsOfOurs && (!Provider.IsUseful || Pieces.CameEmpty) && !Provider.Requests.WasEverUnchoked && Provider.Downloaded.Total == 0;

    /// <summary>Why the connection ends; the first call of <see cref="Close"/> decides.</summary>
    public PeerEnding Ending { get; private set; }

    /// <summary>Closes the connection.</summary>
    public void Close(PeerEnding ending, string reason)
    {
        if (Ending == PeerEnding.Unplanned)
            Ending = ending;
        Link.Close(reason);
    }

    /// <summary>Counts a minor offence, and closes the connection when the maximum is reached.</summary>
    public void Offend(Offence offence)
    {
        if (++Offences == MaxOffences)
            Close(PeerEnding.Offence, $"{Offences} minor protocol violations, the last: {TextOf(offence)}");
    }

    /// <summary>Sends an extension message. Returns false and sends nothing if the peer does not support the extension.</summary>
    /// <param name="extension">The extension's name.</param>
    /// <param name="payload">The message without its id.</param>
    public bool TrySend(string extension, byte[] payload)
    {
        byte id = Extensions.IdOf(extension);
        if (id != 0)
            Link.Send(new ExtendedMessage(id, payload));
        return id != 0;
    }

    /// <summary>It has unchoked us.</summary>
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

    // Where many peers share an address, the port is part of the identity.
    private static CompactEndPoint HostOf(System.Net.IPEndPoint remote)
    {
        var compact = CompactEndPoint.From(remote);
        return AddressFacts.IsLocal(compact) ? compact : BudgetKey.Of(compact).Network;
    }

    private static string TextOf(Offence offence) => offence switch
    {
        Offence.UnsolicitedBlock => "a block that was not requested",
        Offence.ImpossibleBlock => "a block that does not exist",
        Offence.RepeatedStatement => "a bitfield without new pieces",
        Offence.RepeatedWithdrawal => "a piece that was withdrawn repeatedly",
        Offence.TooEarly => "a request or a block before the torrent was known",
        Offence.UnsolicitedMetadata => "metadata that was not requested",
        Offence.HastyExchange => "peer exchange messages at too short intervals",
        _ => throw new UnreachableException(offence.ToString()),
    };
}
