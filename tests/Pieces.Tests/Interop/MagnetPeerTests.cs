using System.Net;
using Pieces.Tests.Support;

namespace Pieces.Tests.Interop;

/// <summary>Magnet links between the program and other clients, as processes on 127.0.0.0/8.</summary>
[LongChain(Seconds = 30)]
[Trait("Tier", "Interop")]
public sealed class MagnetPeerTests
{
    private static readonly TimeSpan TransferLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(6);

    public static TheoryData<string, SampleShape> Clients => new()
    {
        { "libtorrent", SampleShape.SeveralFiles },
        { "aria2", SampleShape.OneFile },
        { "qBittorrent", SampleShape.OneFile },
        { "rtorrent", SampleShape.SeveralFiles },
    };

    public static TheoryData<string, SampleShape> Leechers => new()
    {
        { "libtorrent", SampleShape.OneFile },
        { "aria2", SampleShape.SeveralFiles },
        { "qBittorrent", SampleShape.SeveralFiles },
    };

    [Theory]
    [MemberData(nameof(Clients))]
    public Task It_gets_a_magnet_whose_only_peer_is_another_client_named_by_the_link(string name, SampleShape shape) =>
        GetFromNamedPeerAsync(name, shape);

    [Theory]
    [MemberData(nameof(Leechers))]
    public Task It_gets_a_magnet_by_its_tracker(string name, SampleShape shape) => GetByTrackerAsync(name, shape);

    /// <inheritdoc cref="GiveAsync"/>
    [Theory]
    [MemberData(nameof(Leechers))]
    public Task Another_client_gets_a_magnet_whose_only_peer_it_is(string name, SampleShape shape) => GiveAsync(name, shape);

    /// <summary>The program downloads a magnet link that names the seeding client.</summary>
    internal static async Task GetFromNamedPeerAsync(string name, SampleShape shape)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        RealClient client = RealPeers.Require(name, TrackerKind.PiecesTrackerHttp);
        await using Scene scene = await Scene.SetAsync(TrackerKind.PiecesTrackerHttp, shape, cancellationToken);
        string theirs = scene.Folder("theirs");
        string ours = scene.Folder("ours");
        scene.Sample.WriteContent(theirs);
        (PeerProcess seed, IPEndPoint endPoint) = await scene.StartAsync(client, theirs, link: null, cancellationToken);
        await scene.WaitForSeedAsync(seed, cancellationToken);

        string link = scene.LinkTo(withTracker: false, endPoint);
        PeerProcess pieces = scene.StartPieces(
            "download", link, "-o", ours, "-p", $"{FreePort.Find()}", "--interface", "127.0.0.1", "--no-dht", "--no-pex", "--no-lsd", "-vv");
        int exitCode = await pieces.WaitForExitAsync(TransferLimit, cancellationToken);

        exitCode.Should().Be(0);
        scene.Sample.FirstDifferenceOrStray(ours).Should().BeNull();
    }

    /// <summary>The program downloads a magnet link that names only the tracker.</summary>
    internal static async Task GetByTrackerAsync(string name, SampleShape shape)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        RealClient client = RealPeers.Require(name, TrackerKind.PiecesTrackerUdp);
        await using Scene scene = await Scene.SetAsync(TrackerKind.PiecesTrackerUdp, shape, cancellationToken);
        string theirs = scene.Folder("theirs");
        string ours = scene.Folder("ours");
        scene.Sample.WriteContent(theirs);
        PeerProcess seed = await scene.StartAsync(client, theirs, cancellationToken);
        TrackerView before = await scene.WaitForSeedAsync(seed, cancellationToken);

        PeerProcess pieces = scene.StartPieces(
            "download", scene.LinkTo(withTracker: true), "-o", ours, "-p", $"{FreePort.Find()}", "--no-dht", "--no-pex", "--no-lsd", "-vv");
        int exitCode = await pieces.WaitForExitAsync(TransferLimit, cancellationToken);

        exitCode.Should().Be(0);
        scene.Sample.FirstDifferenceOrStray(ours).Should().BeNull();
        await scene.WaitForTrackerAsync(
            "the events completed and stopped", view => view == before with { Completed = before.Completed + 1 }, cancellationToken);
    }

    /// <summary>
    /// A client downloads a magnet link from the program. It finds the program through the peer in the link if it dials such peers, otherwise through
    /// the tracker.
    /// </summary>
    internal static async Task GiveAsync(string name, SampleShape shape)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        RealClient client = RealPeers.Require(name, TrackerKind.PiecesTrackerHttp);
        await using Scene scene = await Scene.SetAsync(TrackerKind.PiecesTrackerHttp, shape, cancellationToken);
        string theirs = scene.Folder("theirs");
        string ours = scene.Folder("ours");
        scene.Sample.WriteContent(ours);
        int port = FreePort.Find();
        string link = client.DialsPeersOfLinks
            ? scene.LinkTo(withTracker: false, new IPEndPoint(IPAddress.Loopback, port))
            : scene.LinkTo(withTracker: true);

        // The peer that starts second receives the address of the other from the tracker, and dials it.
        if (!client.DialsLoopback)
        {
            (PeerProcess leecher, _) = await scene.StartAsync(client, theirs, link, cancellationToken);
            await scene.WaitForLeecherAsync(leecher, cancellationToken);
        }

        PeerProcess pieces = scene.StartPieces("seed", scene.TorrentFile, "--data", ours, "-p", $"{port}", "--no-dht", "--no-pex", "--no-lsd", "-vv");
        await scene.WaitForSeedAsync(pieces, cancellationToken);
        if (client.DialsLoopback)
            await scene.StartAsync(client, theirs, link, cancellationToken);
        await Eventually.TrueAsync(() => scene.Sample.HasContent(theirs), TransferLimit, () => $"{name} to have the content", cancellationToken);

        int exitCode = await pieces.TerminateAsync(StopLimit, cancellationToken);
        exitCode.Should().Be(0, "a signal while it seeds complete data is the intended end");
    }
}
