using System.Net;
using Pieces.Tests.Support;

namespace Pieces.Tests.Interop;

/// <summary>Clients that try uTP before TCP, as libtorrent and qBittorrent do by default.</summary>
[Trait("Tier", "Interop")]
public sealed class UtpPeerTests
{
    private static readonly TimeSpan TransferLimit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_client_that_tries_uTP_first_is_refused_at_once_and_comes_by_TCP()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        RealPeers.Require("libtorrent", TrackerKind.PiecesTrackerHttp);
        await using Scene scene = await Scene.SetAsync(TrackerKind.PiecesTrackerHttp, SampleShape.OneFile, cancellationToken);
        string theirs = scene.Folder("theirs");
        string ours = scene.Folder("ours");
        scene.Sample.WriteContent(ours);
        int port = FreePort.Find();
        PeerProcess pieces = scene.StartPieces("seed", scene.TorrentFile, "--data", ours, "-p", $"{port}", "--no-dht", "--no-pex", "--no-lsd", "-vv");
        await scene.WaitForSeedAsync(pieces, cancellationToken);

        string link = scene.LinkTo(withTracker: false, new IPEndPoint(IPAddress.Loopback, port));
        (PeerProcess leecher, _) = await scene.StartAsync(new Libtorrent { UsesUtp = true }, theirs, link, cancellationToken);
        await Eventually.TrueAsync(() => scene.Sample.HasContent(theirs), TransferLimit, () => "libtorrent to have the content", cancellationToken);

        // Without a reply the first line would end with "timed out", three seconds later.
        // The lines are printed some time after what they report.
        string[] toUs = [];
        await Eventually.TrueAsync(
            () => (toUs = [.. leecher.Output.Split('\n').Where(line => line.Contains($"127.0.0.1:{port} ", StringComparison.Ordinal))]).Length > 2,
            TransferLimit,
            () => "libtorrent's lines about its connections",
            cancellationToken);
        toUs[0].Should().Contain("outgoing connection to peer (uTP)");
        toUs[1].Should().Contain("disconnecting (uTP) [connect]").And.Contain("reset");
        toUs[2].Should().Contain("outgoing connection to peer (TCP)");
    }
}
