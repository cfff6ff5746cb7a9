using Pieces.Tests.Support;

namespace Pieces.Tests.Interop;

/// <summary>The program and other clients that accept only encrypted streams, as processes on 127.0.0.0/8.</summary>
[LongChain(Seconds = 35)]
[Trait("Tier", "Interop")]
public sealed class EncryptedPeerTests
{
    private static readonly TimeSpan TransferLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(6);

    public static TheoryData<string, string> Clients => new()
    {
        { "libtorrent", "prefer" },
        { "libtorrent", "require" },
        { "aria2", "prefer" },
        { "aria2", "require" },
        { "qBittorrent", "prefer" },
        { "qBittorrent", "require" },
        { "rtorrent", "prefer" },
        { "rtorrent", "require" },
    };

    [Theory]
    [MemberData(nameof(Clients))]
    public Task It_downloads_from_a_client_that_requires_encryption(string name, string policy) => DownloadAsync(name, policy);

    [Theory]
    [MemberData(nameof(Clients))]
    public Task It_seeds_to_a_client_that_requires_encryption(string name, string policy) => SeedAsync(name, policy);

    /// <summary>A client that requires encryption seeds, and the program downloads with a policy.</summary>
    internal static async Task DownloadAsync(string name, string policy)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        RealClient client = RealPeers.Require(name, TrackerKind.PiecesTrackerHttp);
        await using Scene scene = await Scene.SetAsync(TrackerKind.PiecesTrackerHttp, SampleShape.SeveralFiles, cancellationToken);
        string theirs = scene.Folder("theirs");
        string ours = scene.Folder("ours");
        scene.Sample.WriteContent(theirs);
        PeerProcess seed = await scene.StartAsync(client, theirs, cancellationToken, requiresEncryption: true);
        await scene.WaitForSeedAsync(seed, cancellationToken);

        PeerProcess pieces = scene.StartPieces(
            "download", scene.TorrentFile, "-o", ours, "--encryption", policy, "-p", "0", "--no-dht", "--no-pex", "--no-lsd", "-vv");
        int exitCode = await pieces.WaitForExitAsync(TransferLimit, cancellationToken);

        exitCode.Should().Be(0);
        scene.Sample.FirstDifferenceOrStray(ours).Should().BeNull();
        pieces.Output.Should().Contain(": connected, encrypted");
    }

    /// <summary>The program seeds with a policy until a client that requires encryption is complete.</summary>
    internal static async Task SeedAsync(string name, string policy)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        RealClient client = RealPeers.Require(name, TrackerKind.PiecesTrackerHttp);
        await using Scene scene = await Scene.SetAsync(TrackerKind.PiecesTrackerHttp, SampleShape.OneFile, cancellationToken);
        string theirs = scene.Folder("theirs");
        string ours = scene.Folder("ours");
        scene.Sample.WriteContent(ours);

        // The peer that starts second receives the address of the other from the tracker, and dials it.
        if (!client.DialsLoopback)
        {
            PeerProcess leecher = await scene.StartAsync(client, theirs, cancellationToken, requiresEncryption: true);
            await scene.WaitForLeecherAsync(leecher, cancellationToken);
        }

        PeerProcess pieces = scene.StartPieces(
            "seed", scene.TorrentFile, "--data", ours, "--encryption", policy, "-p", "0", "--no-dht", "--no-pex", "--no-lsd", "-vv");
        await scene.WaitForSeedAsync(pieces, cancellationToken);
        if (client.DialsLoopback)
            await scene.StartAsync(client, theirs, cancellationToken, requiresEncryption: true);
        await Eventually.TrueAsync(() => scene.Sample.HasContent(theirs), TransferLimit, () => $"{name} to have the content", cancellationToken);

        int exitCode = await pieces.TerminateAsync(StopLimit, cancellationToken);
        exitCode.Should().Be(0, "a signal while it seeds complete data is the intended end");
        pieces.Output.Should().Contain(": connected, encrypted");
    }
}
