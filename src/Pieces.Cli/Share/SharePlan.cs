using Pieces.Cli.Progress;
using Pieces.Cli.Terminal;
using Pieces.Storage;
using Pieces.Torrents;

namespace Pieces.Cli.Share;

/// <summary>What <c>pieces share</c> is to do beside seeding. The offer is made when the ports are known.</summary>
internal sealed class SharePlan
{
    private volatile ShareOffer? _offer;

    /// <param name="content">What is shared.</param>
    /// <param name="paths">The paths that it was made of, one or several.</param>
    /// <param name="times">Complete downloads after which it ends; null for no end.</param>
    public SharePlan(LocalContent content, IReadOnlyList<string> paths, int? times)
    {
        Content = content;
        Location = Locate(paths);
        Times = times;
    }

    /// <summary>What is shared.</summary>
    public LocalContent Content { get; }

    /// <summary>
    /// Full path of the file or folder that is shared; of several, the innermost folder that holds them all. Its name need not be the torrent's.
    /// </summary>
    public string Location { get; }

    /// <summary>Complete downloads after which it ends, or null.</summary>
    public int? Times { get; }

    /// <summary>Counts them.</summary>
    public ShareLedger Ledger { get; } = new();

    /// <summary>What the other side is given; null before the ports are open.</summary>
    public ShareOffer? Offer
    {
        get => _offer;
        set => _offer = value;
    }

    /// <summary>Told by the tracker of each download that it heard of first; on any thread.</summary>
    public Action<string>? HeardByTracker { get; set; }

    /// <summary>What was done, when it is over: how long, how much, and how many have it all.</summary>
    public string End(TransferStatus transfer)
    {
        TorrentSnapshot now = transfer.Snapshot;
        string others = Ledger.Count switch
        {
            0 => "nobody else has all of it",
            1 => "1 other has all of it",
            int count => $"{Quantity.Count(count, "other")} have all of it",
        };
        return $"{transfer.Subject.Name}: shared for {Quantity.Duration(now.Elapsed)}, {Quantity.Size(now.Uploaded)} uploaded; {others}";
    }

    private static string Locate(IReadOnlyList<string> paths)
    {
        string[] full = [.. paths.Select(path => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)))];
        if (full.Length == 1)
            return full[0];

        // A path without a folder above it is a root, which holds everything there is below it.
        string common = Path.GetDirectoryName(full[0]) ?? full[0];
        while (!full.All(path => IsIn(path, common)) && Path.GetDirectoryName(common) is { } above)
            common = above;
        return common;
    }

    private static bool IsIn(string path, string folder) =>
        path.StartsWith(Path.EndsInDirectorySeparator(folder) ? folder : folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
