using System.Diagnostics;
using Pieces.Primitives;
using Pieces.Providers;
using Pieces.Wire;

namespace Pieces.Peers;

/// <summary>What a torrent knows of a connected peer. Owned by the torrent's loop.</summary>
internal sealed class PeerState
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
        Id = id;
        Link = link;
        Pieces = new PeerPieces(pieceCount);
        Requests = new ProviderRequests(time, now);
        Downloaded = new RateMeter(time, now);
        Uploaded = new RateMeter(time, now);
        ConnectedAt = now;
    }

    /// <summary>Who it is, for requests and blame.</summary>
    public SourceId Id { get; }

    /// <summary>Its connection.</summary>
    public IPeerLink Link { get; }

    /// <summary>What it has.</summary>
    public PeerPieces Pieces { get; private set; }

    /// <summary>Who chokes and who is interested.</summary>
    public PeerFlags Flags { get; } = new();

    /// <summary>What we ask of it.</summary>
    public ProviderRequests Requests { get; }

    /// <summary>Payload from it, waste included.</summary>
    public RateMeter Downloaded { get; }

    /// <summary>Payload to it.</summary>
    public RateMeter Uploaded { get; }

    /// <summary>Timestamp of the handshake's end.</summary>
    public long ConnectedAt { get; }

    /// <summary>Whether it has said that it downloads nothing more (BEP 21).</summary>
    public bool IsUploadOnly { get; set; }

    /// <summary>Id under which it takes messages of the metadata exchange (BEP 9); 0 while it takes none.</summary>
    public byte MetadataId { get; set; }

    /// <summary>Id under which it takes messages of the peer exchange (BEP 11); 0 while it takes none.</summary>
    public byte ExchangeId { get; set; }

    /// <summary>Bytes of the metadata that it offers, as it says; null when it offers none.</summary>
    public int? MetadataSize { get; set; }

    /// <summary>Its program, safe to print.</summary>
    public string Client { get; set; } = "";

    /// <summary>Where it can be dialled; null while an inbound peer has not told its listen port.</summary>
    public System.Net.IPEndPoint? DialAddress { get; set; }

    /// <summary>Where it was heard of.</summary>
    public PeerOrigin Origin { get; init; } = PeerOrigin.Inbound;

    /// <summary>Whether it is this program, of whatever version.</summary>
    public bool IsOfOurs { get; init; }

    /// <summary>Id under which it is told whether we draw lots; 0 while it draws none.</summary>
    public byte LotsId { get; set; }

    /// <summary>Number of small offences so far.</summary>
    public int Offences { get; private set; }

    /// <summary>Whether it has something we need; kept by the torrent's pieces. O(1).</summary>
    public bool IsInteresting => Requests.Useful > 0;

    /// <summary>
    /// Whether it seems to download without uploading. A peer of our kind unchokes even those that are not interested, as nobody is while it has nothing;
    /// this one has nothing for us, or came with nothing at all, and has neither unchoked us nor sent us anything so far.
    /// </summary>
    public bool Withholds => IsOfOurs && (!IsInteresting || Pieces.CameEmpty) && !Requests.WasEverUnchoked && Downloaded.Total == 0;

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

    /// <summary>The number of pieces is known now; of what the peer has nothing is known yet.</summary>
    public void BeginPieces(int pieceCount) => Pieces = new PeerPieces(pieceCount);

    /// <summary>Sends a message of the metadata exchange, if the peer takes them.</summary>
    public void SendMetadata(MetadataMessage message)
    {
        if (MetadataId != 0)
            Link.Send(new ExtendedMessage(MetadataId, MetadataCodec.Encode(message)));
    }

    /// <summary>It chokes us no more.</summary>
    public void OnUnchoked(long now)
    {
        Flags.PeerChoking = false;
        Requests.OnUnchoked(now);
    }

    private static string TextOf(Offence offence) => offence switch
    {
        Offence.UnsolicitedBlock => "a block that nobody requested",
        Offence.ImpossibleBlock => "a block that does not exist",
        Offence.RepeatedStatement => "a bitfield that brought nothing new",
        Offence.TooEarly => "a request or a block before the torrent was known",
        Offence.UnsolicitedMetadata => "metadata that nobody requested",
        Offence.HastyExchange => "peer exchange messages in too quick succession",
        _ => throw new UnreachableException(offence.ToString()),
    };
}
