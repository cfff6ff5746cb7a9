using System.Globalization;
using Pieces.Cli.Terminal;
using Pieces.Torrents;

namespace Pieces.Cli.Progress;

/// <summary>The words of progress, the same for bar and plain lines.</summary>
internal static class ProgressText
{
    /// <summary>What is about to be done.</summary>
    public static string Start(TransferSubject subject) => !subject.IsKnown
        ? $"{subject.Name}: known by its link alone"
        : $"{subject.Name}: {Quantity.Size(subject.Size)} in {Quantity.Count(subject.Files, "file")}, "
        + $"{Quantity.Count(subject.Pieces, "piece")} of {Quantity.Size(subject.PieceLength)}";

    /// <summary>What it is doing, in the display's words, with what is known of it at once.</summary>
    public static string State(TransferActivity activity, TorrentSnapshot now) => activity switch
    {
        TransferActivity.Checking => "looking at what is there",
        TransferActivity.Seeding => $"seeding {Quantity.Percent(now.BytesVerified, now.BytesWanted)}",
        TransferActivity.Downloading or TransferActivity.FindingPeers or TransferActivity.Stalled when now.BytesVerified > 0 =>
            $"{ActivityText.Of(activity)}, {Quantity.Percent(now.BytesVerified, now.BytesWanted)} is here already",
        _ => ActivityText.Of(activity),
    };

    /// <summary>How far it is, how fast, with how many peers.</summary>
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
            $"fetching metadata, {Quantity.Size(now.MetadataReceived)} of {Quantity.Size(now.MetadataSize)}, {Quantity.Count(now.ConnectedPeers, "peer")}",
        TorrentPhase.Seeding =>
            $"seeding, {Quantity.Rate(now.UploadRate)} up, {Quantity.Size(now.Uploaded)} uploaded, {Quantity.Count(now.ConnectedPeers, "peer")}",
        _ => $"{Quantity.Percent(now.BytesVerified, now.BytesWanted)} of {Quantity.Size(now.BytesWanted)}, "
            + $"{Quantity.Rate(now.DownloadRate)} down, {Quantity.Rate(now.UploadRate)} up, "
            + $"{Quantity.Count(now.ConnectedPeers, "peer")}, {Eta(now)}",
    };

    /// <summary>What was done: size, time, average rate, uploaded, ratio; of a link, that it is still nothing but that.</summary>
    public static string End(TransferStatus transfer)
    {
        TorrentSnapshot now = transfer.Snapshot;
        if (!transfer.Subject.IsKnown)
            return $"{transfer.Subject.Name}: no metadata in {Quantity.Duration(now.Elapsed)}";
        bool complete = now.BytesVerified >= now.BytesWanted;
        string done = complete ? $"complete, {Quantity.Size(now.BytesWanted)}" : $"{Quantity.Size(now.BytesVerified)} of {Quantity.Size(now.BytesWanted)}";
        string received = now.Downloaded == 0
            ? complete ? "nothing had to be fetched" : "nothing was received"
            : $"{Quantity.Size(now.Downloaded)} received at {Quantity.Rate(AverageDown(now))}";
        double ratio = now.BytesWanted == 0 ? 0 : (double)now.Uploaded / now.BytesWanted;
        string sent = string.Create(CultureInfo.InvariantCulture, $", {Quantity.Size(now.Uploaded)} uploaded, ratio {ratio:0.00}");
        string wasted = now.Wasted == 0 ? string.Empty : $", {Quantity.Size(now.Wasted)} wasted";
        return $"{transfer.Subject.Name}: {done} in {Quantity.Duration(now.Elapsed)}; {received}{sent}{wasted}";
    }

    // Of the time until it was complete: seeding afterwards made it no slower.
    private static double AverageDown(TorrentSnapshot now) => now.Downloaded / Math.Max((now.CompletedAfter ?? now.Elapsed).TotalSeconds, 0.001);

    // That is where they are looked for.
    private static string InDht(TorrentSnapshot now) => now.DhtNodes is { } nodes ? $", {Quantity.Count(nodes, "DHT node")}" : string.Empty;

    private static string Eta(TorrentSnapshot now) => now.Eta is { } eta ? $"ETA {Quantity.Duration(eta)}" : "ETA unknown";
}
