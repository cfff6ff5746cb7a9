using System.Globalization;
using System.Net;
using System.Text;
using Pieces.Tests.Support;

namespace Pieces.Tests.Interop;

/// <summary>The tracker that a torrent names.</summary>
public enum TrackerKind
{
    OpenTrackerHttp,
    OpenTrackerUdp,
    PiecesTrackerHttp,
    PiecesTrackerUdp,
}

/// <summary>Whether a torrent contains one file or a folder of files.</summary>
public enum SampleShape
{
    OneFile,
    SeveralFiles,
}

/// <summary>
/// One torrent, its tracker, and the programs that share it, all on 127.0.0.0/8 and below one temporary folder. Disposing ends every program and
/// removes the folder.
/// </summary>
internal sealed class Scene : IAsyncDisposable
{
    /// <summary>Number of lines of each program's output that a failing test shows. The last lines are shown.</summary>
    private const int ReportedLines = 150;

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan TrackerLimit = TimeSpan.FromSeconds(30);

    private readonly string _root = Directory.CreateTempSubdirectory("pieces-interop-").FullName;
    private readonly List<PeerProcess> _processes = [];
    private readonly int _trackerPort = FreePort.Find();

    private Scene(TrackerKind kind, SampleShape shape)
    {
        string scheme = kind is TrackerKind.OpenTrackerUdp or TrackerKind.PiecesTrackerUdp ? "udp" : "http";
        string announce = $"{scheme}://127.0.0.1:{_trackerPort}/announce";
        int seed = SeedOf(kind, shape);
        Sample = shape == SampleShape.OneFile ? SampleTorrents.OneFile(seed, announce) : SampleTorrents.SeveralFiles(seed, announce);
        TorrentFile = Path.Combine(_root, "sample.torrent");
        File.WriteAllBytes(TorrentFile, Sample.TorrentBytes);
    }

    public TestTorrent Sample { get; }

    public string TorrentFile { get; }

    /// <summary>Writes a torrent, starts its tracker, and waits until the tracker responds.</summary>
    public static async Task<Scene> SetAsync(TrackerKind kind, SampleShape shape, CancellationToken cancellationToken)
    {
        var scene = new Scene(kind, shape);
        try
        {
            await scene.StartTrackerAsync(kind, cancellationToken);
        }
        catch
        {
            await scene.DisposeAsync();
            throw;
        }

        return scene;
    }

    /// <summary>Creates a folder below the folder of the scene.</summary>
    public string Folder(string name) => Directory.CreateDirectory(Path.Combine(_root, name)).FullName;

    /// <summary>Starts another client. It seeds if <paramref name="folder"/> contains the content.</summary>
    public async Task<PeerProcess> StartAsync(RealClient client, string folder, CancellationToken cancellationToken, bool requiresEncryption = false)
        => (await StartAsync(client, folder, link: null, cancellationToken, requiresEncryption)).Process;

    /// <summary>
    /// Starts another client. It gets only the link, or the torrent if the link is null. Also returns the address on which it listens.
    /// </summary>
    public async Task<(PeerProcess Process, IPEndPoint EndPoint)> StartAsync(
        RealClient client, string folder, string? link, CancellationToken cancellationToken, bool requiresEncryption = false)
    {
        var endPoint = new IPEndPoint(client.Address, FreePort.Find());
        string home = Folder(client.Name + " home");
        var job = new RealClientJob(TorrentFile, folder, home, endPoint.Port, link) { RequiresEncryption = requiresEncryption };
        PeerProcess process = Add(client.Start(job));
        await WaitUntilItListensAsync(process, endPoint, cancellationToken);
        return (process, endPoint);
    }

    /// <summary>Returns the magnet link of the torrent, with the tracker and peers.</summary>
    public string LinkTo(bool withTracker, params IPEndPoint[] peers)
    {
        string tracker = withTracker ? "&tr=" + Uri.EscapeDataString(Sample.Announce) : "";
        return $"magnet:?xt=urn:btih:{Convert.ToHexStringLower(Sample.InfoHash)}{tracker}{string.Concat(peers.Select(peer => $"&x.pe={peer}"))}";
    }

    /// <summary>Starts the program under test.</summary>
    public PeerProcess StartPieces(params string[] arguments)
        => Add(PeerProcess.Start($"pieces {arguments[0]}", Folder($"pieces {arguments[0]} home"), [PiecesProcess.Executable, .. arguments]));

    /// <summary>Waits until the tracker's view of the torrent satisfies a condition.</summary>
    /// <returns>The view that satisfies the condition.</returns>
    public async Task<TrackerView> WaitForTrackerAsync(string what, Func<TrackerView, bool> condition, CancellationToken cancellationToken)
    {
        TrackerView? last = null;
        await Eventually.TrueAsync(
            async () =>
            {
                last = await TrackerView.AskAsync(_trackerPort, Sample.InfoHash, cancellationToken);
                return last is not null && condition(last);
            },
            TrackerLimit,
            () => $"{what}; the tracker's last word is {last?.ToString() ?? "nothing"}",
            cancellationToken);
        return last!;
    }

    /// <summary>Waits until the tracker counts a seed. Fails if <paramref name="process"/>, which must become that seed, ends.</summary>
    public async Task<TrackerView> WaitForSeedAsync(PeerProcess process, CancellationToken cancellationToken)
        => await WaitForTrackerAsync(
            $"{process.Title} to announce itself as a seed", view => IsRunning(process) && view.Seeds > 0, cancellationToken);

    /// <summary>Waits until the tracker counts a leecher. Fails if <paramref name="process"/>, which must become that leecher, ends.</summary>
    public async Task<TrackerView> WaitForLeecherAsync(PeerProcess process, CancellationToken cancellationToken)
        => await WaitForTrackerAsync(
            $"{process.Title} to announce itself as a leecher", view => IsRunning(process) && view.Leechers > 0, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        // The newest process ends first, so that the tracker still receives the last announces of the others.
        for (int i = _processes.Count - 1; i >= 0; i--)
            await _processes[i].DisposeAsync();
        TestOutput.Write(Report());
        Directory.Delete(_root, recursive: true);
    }

    private static int SeedOf(TrackerKind kind, SampleShape shape) => ((int)kind * 10) + (int)shape;

    private static async Task WaitUntilItListensAsync(PeerProcess process, IPEndPoint endPoint, CancellationToken cancellationToken)
        => await Eventually.TrueAsync(
            async () => IsRunning(process) && await Loopback.AcceptsAsync(endPoint, cancellationToken),
            StartLimit,
            () => $"{process.Title} to listen",
            cancellationToken);

    /// <exception cref="InvalidOperationException">The process has exited, so waiting for it is pointless.</exception>
    private static bool IsRunning(PeerProcess process)
        => process.HasExited ? throw new InvalidOperationException($"{process.Title} has exited too early") : true;

    private async Task StartTrackerAsync(TrackerKind kind, CancellationToken cancellationToken)
    {
        PeerProcess tracker = kind is TrackerKind.OpenTrackerHttp or TrackerKind.OpenTrackerUdp
            ? Add(OpenTracker.Start(Folder("opentracker home"), _trackerPort, Sample.InfoHash))
            : StartPieces("tracker", "--port", $"{_trackerPort}");
        await WaitUntilItListensAsync(tracker, new IPEndPoint(IPAddress.Loopback, _trackerPort), cancellationToken);
    }

    /// <summary>Returns the output of every program, which may explain a failure.</summary>
    private string Report()
    {
        var report = new StringBuilder();
        foreach (PeerProcess process in _processes)
        {
            report.AppendLine(CultureInfo.InvariantCulture, $"---- {process.Title}");
            foreach (string line in process.Output.Split('\n').Where(line => !string.IsNullOrWhiteSpace(line)).TakeLast(ReportedLines))
                report.AppendLine(line);
        }

        return report.ToString();
    }

    private PeerProcess Add(PeerProcess process)
    {
        _processes.Add(process);
        return process;
    }
}
