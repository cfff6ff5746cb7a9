using Pieces.Discovery;
using Pieces.Metadata;
using Pieces.Peers;
using Pieces.Picking;
using Pieces.Primitives;
using Pieces.Storage.Opening;
using Pieces.Storage.Streaming;
using Pieces.Torrents.Crowd;
using Pieces.Torrents.Downloading;
using Pieces.Torrents.MetadataExchange;
using Pieces.Torrents.Uploading;

namespace Pieces.Torrents.Lifecycle;

/// <summary>Creates and connects the parts of a transfer, once the existing data has been checked.</summary>
internal static class TransferBuilder
{
    /// <summary>Builds the stage, which does nothing before <see cref="TransferStage.Begin"/>.</summary>
    /// <param name="setup">The torrent and its options.</param>
    /// <param name="context">Shared by all stages.</param>
    /// <param name="store">The open store of the torrent's pieces.</param>
    /// <param name="start">The result of the check.</param>
    public static TransferStage Build(TorrentPlan setup, StageContext context, ITorrentStore store, TransferStart start)
    {
        StorageOpenResult opening = start.Opening;
        PeerAdmission admission = context.Contacts.Admission;
        (PeerBook book, PeerPool pool) = admission.Peers;
        TimeProvider time = setup.Services.TimeProvider;
        PieceLayout layout = setup.Metainfo.Layout;
        Bitfield wanted = setup.WantedPieces(opening);
        var table = new PieceTable(layout, wanted, opening.Have.Clone());
        PieceManager pieces = PiecesOf(setup, store, opening, table);
        admission.BeginPieces(store.Pieces, layout.PieceCount);

        var stream = store as StreamStorage;
        StreamRetention? retention = stream is null ? null : new StreamRetention(table, stream.Slots, () => pool.Peers.Count, stream.TryDrop);
        var offered = new OfferedPieces(pieces.Have, retention);
        var round = new ChokeRound(new Choker(time, setup.Random), time, admission.Limits.UploadRate, setup.Options.UploadSlots);
        var courtesy = new SeedSharingPolicy(pieces, setup.Inbox.OwnId.Tail, time);
        var planner = new RequestPlanner(pieces, PickerOf(setup, table), courtesy, setup.Services.MemoryBudget, time);
        var shares = new DownloadShares(admission.Limits.Download, setup.Options.PeerDownloadLimit);
        var downloads = new Requester(pieces, planner, courtesy, shares, time);
        var availability = new PeerAvailability(table, downloads, courtesy, time);
        var lots = new LotExchange(pool, courtesy, gives: setup.Options.UploadSlots != 0);
        var show = new SuperSeeding(table, offered.Pieces, pool, isAllowed: retention is null, time);
        var delivery = new Delivery(layout, countsBlocks: setup.Options.Content is not null, setup.Reporter.Completed);
        var uploads = new Uploader(layout, offered.Pieces, pool, round, delivery, show);
        var withdrawals = new Withdrawals(pool, availability);
        List<IPeerExtension> spoken = [new MetadataServer(setup.Metainfo, time), lots, withdrawals];
        if (setup.ExchangesPeers)
            spoken.Add(new PeerExchange(book, pool, time, setup.Random, setup.Services.Addresses, () => pieces.IsComplete));
        var extensions = new ExtensionRegistry(book, [.. spoken]);
        var router = new PeerMessageRouter(new BlockIntake(pieces, time), availability, downloads, uploads, extensions, context.Contacts.Dht);

        int unfinished = setup.WantedFiles().Count(file => !opening.FinishedFiles[file.Index]);
        var completion = new CompletionState(pieces, time, unfinished, stream is not null, setup.Options.SeedOnly);
        var greeting = new TransferHandshake(pieces.Have, offered.Pieces, completion, extensions, setup.Services.Ports);
        var stats = new TransferStats(pieces, pool, book, time, layout.BytesOf(wanted)) { PiecesNotServed = setup.PiecesNotServed(opening) };
        return new TransferStage(
            setup,
            context,
            store,
            new TransferPeers(router, availability, uploads, new CrowdTactics(show, lots), extensions, greeting),
            new TransferPieces(pieces, downloads, new HaveAnnouncer(pool, offered, retention, withdrawals), context.Contacts, setup.Reporter, time),
            new TransferProgress(stats, completion, new SeedingGoal(setup, pieces, stats, completion)))
        {
            Start = start,
            Handover = stream is null ? null : new ContentHandover(stream, setup.Options.Stream!.Target, setup.Inbox),
        };
    }

    private static PieceManager PiecesOf(TorrentPlan setup, ITorrentStore store, StorageOpenResult opening, PieceTable table)
    {
        TimeProvider time = setup.Services.TimeProvider;
        var pieces = new PieceManager(table, setup.Services.MemoryBudget, store.Pieces, time, time.GetTimestamp());
        foreach (OpenCandidate candidate in opening.Candidates)
        {
            if (!pieces.AddCandidate(candidate.Piece, candidate.Ordinals))
                store.Pieces.ForgetCandidates(candidate.Piece);
        }

        return pieces;
    }

    private static IPiecePicker PickerOf(TorrentPlan setup, PieceTable table) => setup.Options.Order switch
    {
        PieceOrder.RarestFirst => new RarestFirstPicker(table, setup.Random),
        _ => new InOrderPicker(table, setup.Random),
    };
}
