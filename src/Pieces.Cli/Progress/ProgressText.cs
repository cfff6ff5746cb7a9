using System.Globalization;
using Pieces.Cli.Terminal;
using Pieces.Torrents;

namespace Pieces.Cli.Progress;

/// <summary>Texts about progress, shared by the bar and the plain lines.</summary>
internal static class ProgressText
{
    /// <summary>Describes a transfer that starts.</summary>
    public static string Start(TransferSubject subject) => !subject.IsKnown
        ? $"{subject.Name}: metadata not known yet"
        : $"{subject.Name}: {Quantity.Size(subject.Size)} in {Quantity.Count(subject.Files, "file")}, "
        + $"{Quantity.Count(subject.Pieces, "piece")} of {Quantity.Size(subject.PieceLength)}";

    /// <summary>Describes what a transfer is doing, in the words of the display, with the share that is complete already.</summary>
    public static string State(TransferActivity activity, TorrentSnapshot now) => activity switch
    {
        TransferActivity.Checking => "checking existing data",
        TransferActivity.Seeding => $"seeding {Quantity.Percent(now.BytesVerified, now.BytesWanted)}",
        TransferActivity.Downloading or TransferActivity.FindingPeers or TransferActivity.Stalled when now.BytesVerified > 0 =>
            $"{ActivityText.Of(activity)}, {Quantity.Percent(now.BytesVerified, now.BytesWanted)} is already present",
        _ => ActivityText.Of(activity),
    };

    /// <summary>Describes progress, rates and peers of a transfer.</summary>
    public static string Figures(TorrentSnapshot now) => now.Phase switch
    {
        TorrentPhase.Checking when now.BytesToCheck > 0 =>
            $"checking {Quantity.Percent(now.BytesChecked, now.BytesToCheck)} of {Quantity.Size(now.BytesToCheck)}",
        TorrentPhase.Checking => "checking",
        TorrentPhase.FindingPeers => $"finding peers, {now.KnownPeers} known, {now.ConnectedPeers} connected{InDht(now)}",
        TorrentPhase.Downloading when now is { ConnectedPeers: 0, DhtNodes: not null } =>
            $"{Quantity.Percent(now.BytesVerified, now.BytesWanted)} of {Quantity.Size(now.BytesWanted)}, "
            + $"finding peers, {now.KnownPeers} known{InDht(now)}",
        TorrentPhase.FetchingMetadata =>
            $"fetching metadata, {Quantity.Size(now.MetadataReceived)} of {Quantity.Size(now.MetadataSize)}, "
            + $"{Quantity.Count(now.ConnectedPeers, "peer")}",
        TorrentPhase.Seeding =>
            $"seeding, {Quantity.Rate(now.UploadRate)} up, {Quantity.Size(now.Uploaded)} uploaded, {Quantity.Count(now.ConnectedPeers, "peer")}",
        _ => $"{Quantity.Percent(now.BytesVerified, now.BytesWanted)} of {Quantity.Size(now.BytesWanted)}, "
            + $"{Quantity.Rate(now.DownloadRate)} down, {Quantity.Rate(now.UploadRate)} up, "
            + $"{Quantity.Count(now.ConnectedPeers, "peer")}, {Eta(now)}",
    };

    /// <summary>
    /// Summarizes a transfer at its end: size, time, average rate, uploaded bytes and ratio. For a magnet link without metadata it says so.
    /// </summary>
    public static string End(TransferStatus transfer)
    {
        TorrentSnapshot now = transfer.Snapshot;
        if (!transfer.Subject.IsKnown)
            return $"{transfer.Subject.Name}: no metadata received in {Quantity.Duration(now.Elapsed)}";
        bool complete = now.BytesVerified >= now.BytesWanted;
        string done = complete
            ? $"complete, {Quantity.Size(now.BytesWanted)}"
            : $"{Quantity.Size(now.BytesVerified)} of {Quantity.Size(now.BytesWanted)}";
        string received = now.Downloaded == 0
            ? complete ? "nothing had to be downloaded" : "nothing was received"
            : $"{Quantity.Size(now.Downloaded)} received at {Quantity.Rate(AverageDown(now))}";
        double ratio = now.BytesWanted == 0 ? 0 : (double)now.Uploaded / now.BytesWanted;
        string sent = string.Create(CultureInfo.InvariantCulture, $", {Quantity.Size(now.Uploaded)} uploaded, ratio {ratio:0.00}");
        string wasted = now.Wasted == 0 ? string.Empty : $", {Quantity.Size(now.Wasted)} wasted";
        return $"{transfer.Subject.Name}: {done} in {Quantity.Duration(now.Elapsed)}; {received}{sent}{wasted}";
    }

    // The average until completion, because seeding afterwards does not slow down the download.
    private static double AverageDown(TorrentSnapshot now) => now.Downloaded / Math.Max((now.CompletedAfter ?? now.Elapsed).TotalSeconds, 0.001);

    // The number of DHT nodes is shown while we look for peers, because we look for them in the DHT.
    private static string InDht(TorrentSnapshot now) => now.DhtNodes is { } nodes ? $", {Quantity.Count(nodes, "DHT node")}" : string.Empty;

    private static string Eta(TorrentSnapshot now) => now.Eta is { } eta ? $"ETA {Quantity.Duration(eta)}" : "ETA unknown";
}
