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
    /// <param name="plan">The torrent and its options.</param>
    /// <param name="context">Shared by all stages.</param>
    /// <param name="store">The open store of the torrent's pieces.</param>
    /// <param name="start">The result of the check.</param>
    public static TransferStage Build(TorrentPlan plan, StageContext context, ITorrentStore store, TransferStart start)
    {
        StorageOpenResult opening = start.Opening;
        PeerAdmission admission = context.Contacts.Admission;
        (PeerBook book, PeerPool pool) = admission.Peers;
        TimeProvider time = plan.Services.TimeProvider;
        PieceLayout layout = plan.Metainfo.Layout;
        Bitfield wanted = plan.WantedPieces(opening);
        var table = new PieceTable(layout, wanted, opening.Have.Clone());
        PieceManager pieces = PiecesOf(plan, store, opening, table);
        admission.BeginPieces(store.Pieces, layout.PieceCount);

        var stream = store as StreamStorage;
        StreamRetention? retention = stream is null ? null : new StreamRetention(table, stream.Slots, () => pool.Peers.Count, stream.TryDrop);
        var offered = new OfferedPieces(pieces.Have, retention);
        var round = new ChokeRound(new Choker(time, plan.Random), time, admission.Limits.UploadRate, plan.Options.UploadSlots);
        var sharing = new SeedSharingPolicy(pieces, plan.Inbox.OwnId.Tail, time);
        var planner = new RequestPlanner(pieces, PickerOf(plan, table), sharing, plan.Services.MemoryBudget, time);
        var shares = new DownloadShares(admission.Limits.Download, plan.Options.PeerDownloadLimit);
        var downloads = new Requester(pieces, planner, sharing, shares, time);
        var availability = new PeerAvailability(table, downloads, sharing, time);
        var lots = new LotExchange(pool, sharing, gives: plan.Options.UploadSlots != 0);
        var show = new SuperSeeding(table, offered.Pieces, pool, isAllowed: retention is null, time);
        var delivery = new Delivery(layout, countsBlocks: plan.Options.LocalContent is not null, plan.Reporter.Completed);
        var uploads = new Uploader(layout, offered.Pieces, pool, round, delivery, show);
        var withdrawals = new Withdrawals(pool, availability);
        List<IPeerExtension> spoken = [new MetadataServer(plan.Metainfo, time), lots, withdrawals];
        if (plan.ExchangesPeers)
            spoken.Add(new PeerExchange(book, pool, time, plan.Random, plan.Services.Addresses, () => pieces.IsComplete));
        var extensions = new ExtensionRegistry(book, [.. spoken]);
        var router = new PeerMessageRouter(new BlockIntake(pieces, time), availability, downloads, uploads, extensions, context.Contacts.Dht);

        int unfinished = plan.WantedFiles().Count(file => !opening.FinishedFiles[file.Index]);
        var completion = new CompletionState(pieces, time, unfinished, stream is not null, plan.Options.SeedOnly);
        var greeting = new TransferHandshake(pieces.Have, offered.Pieces, completion, extensions, plan.Services.Ports);
        var stats = new TransferStats(pieces, pool, book, time, layout.BytesOf(wanted)) { PiecesNotServed = plan.PiecesNotServed(opening) };
        return new TransferStage(
            plan,
            context,
            store,
            new TransferPeers(router, availability, uploads, new CrowdTactics(show, lots), extensions, greeting),
            new TransferPieces(pieces, downloads, new HaveAnnouncer(pool, offered, retention, withdrawals), context.Contacts, plan.Reporter, time),
            new TransferProgress(stats, completion, new SeedingGoal(plan, pieces, stats, completion)))
        {
            Start = start,
            Handover = stream is null ? null : new ContentHandover(stream, plan.Options.Stream!.Target, plan.Inbox),
        };
    }

    private static PieceManager PiecesOf(TorrentPlan plan, ITorrentStore store, StorageOpenResult opening, PieceTable table)
    {
        TimeProvider time = plan.Services.TimeProvider;
        var pieces = new PieceManager(table, plan.Services.MemoryBudget, store.Pieces, time, time.GetTimestamp());
        foreach (OpenCandidate candidate in opening.Candidates)
        {
            if (!pieces.AddCandidate(candidate.Piece, candidate.Ordinals))
                store.Pieces.ForgetCandidates(candidate.Piece);
        }

        return pieces;
    }

    private static IPiecePicker PickerOf(TorrentPlan plan, PieceTable table) => plan.Options.Order switch
    {
        PieceOrder.RarestFirst => new RarestFirstPicker(table, plan.Random),
        _ => new InOrderPicker(table, plan.Random),
    };
}
