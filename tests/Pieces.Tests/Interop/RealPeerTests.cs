using Pieces.Tests.Support;

namespace Pieces.Tests.Interop;

/// <summary>
/// The program with other clients and trackers, as processes on 127.0.0.0/8. The tests with Transmission are in
/// <see cref="TransmissionDownloadTests"/> and the classes beside it.
/// </summary>
[LongChain(Seconds = 55)]
[Trait("Tier", "Interop")]
public sealed class RealPeerTests
{
    // Some clients decide only every ten seconds which peers to unchoke.
    private static readonly TimeSpan TransferLimit = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(6);

    /// <summary>Each client with one file and with several files, with both protocols of opentracker and with the program's own tracker.</summary>
    public static TheoryData<string, TrackerKind, SampleShape> Downloads => new()
    {
        { "libtorrent", TrackerKind.OpenTrackerHttp, SampleShape.OneFile },
        { "libtorrent", TrackerKind.OpenTrackerUdp, SampleShape.SeveralFiles },
        { "libtorrent", TrackerKind.PiecesTrackerHttp, SampleShape.SeveralFiles },
        { "aria2", TrackerKind.OpenTrackerHttp, SampleShape.SeveralFiles },
        { "aria2", TrackerKind.OpenTrackerUdp, SampleShape.OneFile },
        { "aria2", TrackerKind.PiecesTrackerUdp, SampleShape.SeveralFiles },
        { "qBittorrent", TrackerKind.OpenTrackerHttp, SampleShape.SeveralFiles },
        { "qBittorrent", TrackerKind.OpenTrackerUdp, SampleShape.OneFile },
        { "qBittorrent", TrackerKind.PiecesTrackerUdp, SampleShape.OneFile },
        { "rtorrent", TrackerKind.OpenTrackerHttp, SampleShape.OneFile },
        { "rtorrent", TrackerKind.OpenTrackerUdp, SampleShape.SeveralFiles },
        { "rtorrent", TrackerKind.PiecesTrackerHttp, SampleShape.SeveralFiles },
    };

    /// <inheritdoc cref="Downloads"/>
    public static TheoryData<string, TrackerKind, SampleShape> Seedings => new()
    {
        { "libtorrent", TrackerKind.OpenTrackerHttp, SampleShape.SeveralFiles },
        { "libtorrent", TrackerKind.OpenTrackerUdp, SampleShape.OneFile },
        { "libtorrent", TrackerKind.PiecesTrackerUdp, SampleShape.OneFile },
        { "aria2", TrackerKind.OpenTrackerHttp, SampleShape.OneFile },
        { "aria2", TrackerKind.OpenTrackerUdp, SampleShape.SeveralFiles },
        { "aria2", TrackerKind.PiecesTrackerHttp, SampleShape.SeveralFiles },
        { "qBittorrent", TrackerKind.OpenTrackerHttp, SampleShape.OneFile },
        { "qBittorrent", TrackerKind.OpenTrackerUdp, SampleShape.SeveralFiles },
        { "qBittorrent", TrackerKind.PiecesTrackerHttp, SampleShape.OneFile },
        { "rtorrent", TrackerKind.OpenTrackerHttp, SampleShape.SeveralFiles },
        { "rtorrent", TrackerKind.OpenTrackerUdp, SampleShape.OneFile },
        { "rtorrent", TrackerKind.PiecesTrackerUdp, SampleShape.SeveralFiles },
    };

    [Theory]
    [MemberData(nameof(Downloads))]
    public Task It_downloads_what_another_client_seeds(string name, TrackerKind tracker, SampleShape shape) => DownloadAsync(name, tracker, shape);

    [Theory]
    [MemberData(nameof(Seedings))]
    public Task It_seeds_what_another_client_downloads(string name, TrackerKind tracker, SampleShape shape) => SeedAsync(name, tracker, shape);

    /// <summary>A client seeds. The program downloads, and announces its completion to the tracker.</summary>
    internal static async Task DownloadAsync(string name, TrackerKind tracker, SampleShape shape)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        RealClient client = RealPeers.Require(name, tracker);
        await using Scene scene = await Scene.SetAsync(tracker, shape, cancellationToken);
        string theirs = scene.Folder("theirs");
        string ours = scene.Folder("ours");
        scene.Sample.WriteContent(theirs);
        PeerProcess seed = await scene.StartAsync(client, theirs, cancellationToken);
        TrackerView before = await scene.WaitForSeedAsync(seed, cancellationToken);

        PeerProcess pieces = scene.StartPieces(
            "download", scene.TorrentFile, "-o", ours, "-p", $"{FreePort.Find()}", "--no-dht", "--no-pex", "--no-lsd", "-vv");
        int exitCode = await pieces.WaitForExitAsync(TransferLimit, cancellationToken);

        exitCode.Should().Be(0);
        scene.Sample.FirstDifferenceOrStray(ours).Should().BeNull();
        await scene.WaitForTrackerAsync(
            "the events completed and stopped",
            view => view == before with { Completed = before.Completed + 1 },
            cancellationToken);
    }

    /// <summary>The program seeds until a client is complete, and then announces its end to the tracker.</summary>
    internal static async Task SeedAsync(string name, TrackerKind tracker, SampleShape shape)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        RealClient client = RealPeers.Require(name, tracker);
        await using Scene scene = await Scene.SetAsync(tracker, shape, cancellationToken);
        string theirs = scene.Folder("theirs");
        string ours = scene.Folder("ours");
        scene.Sample.WriteContent(ours);

        // The peer that starts second receives the address of the other from the tracker, and dials it.
        if (!client.DialsLoopback)
        {
            PeerProcess leecher = await scene.StartAsync(client, theirs, cancellationToken);
            await scene.WaitForLeecherAsync(leecher, cancellationToken);
        }

        PeerProcess pieces = scene.StartPieces(
            "seed", scene.TorrentFile, "--data", ours, "-p", $"{FreePort.Find()}", "--no-dht", "--no-pex", "--no-lsd", "-vv");
        await scene.WaitForSeedAsync(pieces, cancellationToken);
        if (client.DialsLoopback)
            await scene.StartAsync(client, theirs, cancellationToken);
        await Eventually.TrueAsync(() => scene.Sample.HasContent(theirs), TransferLimit, () => $"{name} to have the content", cancellationToken);

        int exitCode = await pieces.TerminateAsync(StopLimit, cancellationToken);
        exitCode.Should().Be(0, "a signal while it seeds complete data is the intended end");
        await scene.WaitForTrackerAsync("the event stopped", view => view.Seeds + view.Leechers == 1, cancellationToken);
        scene.Sample.FirstDifferenceOrStray(ours).Should().BeNull();
    }
}
