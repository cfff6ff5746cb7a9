using Pieces.Discovery;
using Pieces.Metadata;
using Pieces.Peers;
using Pieces.Picking;
using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Storage.Opening;
using Pieces.Storage.Streaming;
using Pieces.Torrents.Crowd;
using Pieces.Torrents.Downloading;
using Pieces.Torrents.MetadataExchange;
using Pieces.Torrents.Uploading;

namespace Pieces.Torrents;

/// <summary>Puts together what a torrent's session consists of, once it is known what is on the disk.</summary>
internal sealed record TorrentParts
{
    public required Metainfo Metainfo { get; init; }

    public required PieceManager Pieces { get; init; }

    public required PeerAdmission Admission { get; init; }

    public required PeerAvailability Availability { get; init; }

    public required DownloadDesk Downloads { get; init; }

    public required UploadDesk Uploads { get; init; }

    public required Delivery Delivery { get; init; }

    public required ShowDesk Show { get; init; }

    public required LotsDesk Lots { get; init; }

    public required MetadataServer Metadata { get; init; }

    /// <summary>Exchanges peers with peers; null where that is off, as it is for a private torrent (BEP 27).</summary>
    public PeerExchange? Exchange { get; init; }

    public required PeerMessageRouter Router { get; init; }

    public required TransferStats Stats { get; init; }

    public required CompletionState Completion { get; init; }

    public required TorrentDht Dht { get; init; }

    /// <summary>What is kept of a stream; null for a download that keeps everything.</summary>
    public StreamRetention? Retention { get; init; }

    public required TorrentReporter Reporter { get; init; }

    /// <summary>Makes the parts of a torrent.</summary>
    /// <param name="setup">What the torrent is and is to do.</param>
    /// <param name="storage">Where its pieces are kept.</param>
    /// <param name="opening">What was found there.</param>
    /// <param name="contacts">What brings its peers, and may have done so before.</param>
    public static TorrentParts Create(TorrentSetup setup, ITorrentStore storage, StorageOpening opening, TorrentContacts contacts)
    {
        PeerAdmission admission = contacts.Lobby.Admission;
        TimeProvider time = setup.Services.TimeProvider;
        PieceLayout layout = setup.Metainfo.Layout;
        Bitfield wanted = setup.WantedPieces(opening);
        var table = new PieceTable(layout, wanted, opening.Have.Clone());
        var pieces = new PieceManager(table, setup.Services.MemoryBudget, storage, time, time.GetTimestamp());
        foreach (OpenCandidate candidate in opening.Candidates)
        {
            if (!pieces.AddCandidate(candidate.Piece, candidate.Ordinals))
                storage.ForgetCandidates(candidate.Piece);
        }

        admission.BeginPieces(storage, layout.PieceCount);
        (PeerBook book, PeerPool pool) = admission.Peers;
        var metadata = new MetadataServer(setup.Metainfo, time);
        PeerExchange? exchange = setup.ExchangesPeers ? new PeerExchange(book, pool, time, setup.Random, setup.Services.Addresses) : null;
        var round = new ChokeRound(new Choker(time, setup.Random), time, admission.Limits.UploadRate, setup.Options.UploadSlots);
        var courtesy = new SeedCourtesy(pieces, setup.Services.PeerId.Tail, time);
        var planner = new RequestPlanner(pieces, PickerFor(setup, table), courtesy, setup.Services.MemoryBudget, time);
        var shares = new DownloadShares(admission.Limits.Download, setup.Options.PeerDownloadLimit);
        var downloads = new DownloadDesk(pieces, planner, courtesy, shares, time);
        var availability = new PeerAvailability(table, downloads, courtesy, time);
        var lots = new LotsDesk(pool, courtesy, gives: setup.Options.UploadSlots != 0);
        var extensions = new ExtensionDesk(metadata, exchange, lots, pieces, book);
        StreamRetention? retention = storage is StreamStorage stream
            ? new StreamRetention(table, stream.Slots, () => pool.Peers.Count, stream.TryDrop)
            : null;
        var delivery = new Delivery(layout, countsBlocks: setup.Options.Content is not null);
        var show = new ShowDesk(table, pool, isAllowed: retention is null, time);
        var uploads = new UploadDesk(layout, retention?.Offered ?? pieces.Have, pool, round, delivery, show);
        return new TorrentParts
        {
            Metainfo = setup.Metainfo,
            Pieces = pieces,
            Admission = admission,
            Availability = availability,
            Downloads = downloads,
            Uploads = uploads,
            Delivery = delivery,
            Show = show,
            Lots = lots,
            Metadata = metadata,
            Exchange = exchange,
            Router = new PeerMessageRouter(new BlockIntake(pieces, time), availability, downloads, uploads, extensions, contacts.Dht),
            Stats = new TransferStats(pieces, pool, book, time, layout.BytesOf(wanted)) { PiecesNotServed = setup.PiecesNotServed(opening) },
            Completion = new CompletionState(setup, pieces, opening.FinishedFiles),
            Reporter = setup.Reporter,
            Dht = contacts.Dht,
            Retention = retention,
        };
    }

    private static IPiecePicker PickerFor(TorrentSetup setup, PieceTable table) => setup.Options.Order switch
    {
        PieceOrder.RarestFirst => new RarestFirstPicker(table, setup.Random),
        _ => new InOrderPicker(table, setup.Random),
    };
}
