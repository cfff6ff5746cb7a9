using System.Diagnostics;
using System.Net;
using Pieces.Tests.Support;

namespace Pieces.Tests.Interop;

/// <summary>Magnet links whose peers are found only in the DHT, between the program and other clients.</summary>
[LongChain(Seconds = 50)]
[Trait("Tier", "Interop")]
public sealed class DhtMagnetTests
{
    private static readonly TimeSpan FindLimit = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan OneTry = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan RunLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(6);

    [Theory]
    [InlineData("libtorrent")]
    [InlineData("aria2")]
    [InlineData("qBittorrent")]
    public Task It_gets_a_magnet_whose_only_peer_is_another_client_found_in_the_DHT(string name) => GetFoundAsync(name);

    [Theory]
    [InlineData("libtorrent")]
    [InlineData("aria2")]
    [InlineData("qBittorrent")]
    public async Task Another_client_gets_a_magnet_whose_only_peer_and_only_node_it_is(string name)
    {
        RealPeers.Require(name);
        await using var space = new DhtSpace();
        await GiveAsync(space, name, []);
    }

    /// <summary>A client that is known only in the DHT seeds. The program finds it and downloads everything.</summary>
    internal static async Task GetFoundAsync(string name)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        RequireAll(name);
        await using var space = new DhtSpace();
        IReadOnlyList<IPEndPoint> nodes = space.AddCrowd();
        string theirs = space.Folder("theirs");
        string ours = space.Folder("ours");
        space.Sample.WriteContent(theirs);
        space.Start(DhtClient.Of(name), space.NextHost(), theirs, link: null, nodes);

        // Each client announces itself at a different time, so the command is repeated to search again.
        IPEndPoint host = space.NextHost();
        await Eventually.TrueAsync(
            async () =>
            {
                PeerProcess pieces = space.StartPieces(host, nodes[0], "download", space.Link, "-o", ours, "--metadata-timeout", "8s");
                return await pieces.WaitForExitAsync(RunLimit, cancellationToken) == 0;
            },
            FindLimit,
            () => $"{name} to be found",
            cancellationToken);
        space.Sample.FirstDifferenceOrStray(ours).Should().BeNull();
    }

    /// <summary>The program seeds. A client finds it in the DHT and downloads everything.</summary>
    internal static async Task GiveAsync(DhtSpace space, string name, IReadOnlyList<IPEndPoint> others)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        string theirs = space.Folder("theirs");
        string ours = space.Folder("ours");
        space.Sample.WriteContent(ours);
        (IPEndPoint us, IPEndPoint them) = (space.NextHost(), space.NextHost());
        PeerProcess pieces = space.StartPieces(us, others.Count > 0 ? others[0] : them, "seed", space.TorrentFile, "--data", ours);
        await Eventually.TrueAsync(
            () => pieces.Output.Contains("listening for peers", StringComparison.Ordinal), RunLimit, () => "pieces to listen", cancellationToken);

        // A client that searches once is started again, because its search may have come before its first node had answered.
        DhtClient kind = DhtClient.Of(name);
        long start = Stopwatch.GetTimestamp();
        bool isComplete = false;
        while (!isComplete)
        {
            await using PeerProcess client = space.Start(kind, them, theirs, space.Link, [us, .. others]);
            long tryStart = Stopwatch.GetTimestamp();
            await Eventually.TrueAsync(
                () => (isComplete = space.Sample.HasContent(theirs)) || (kind.SearchesOnce && Stopwatch.GetElapsedTime(tryStart) > OneTry),
                FindLimit - Stopwatch.GetElapsedTime(start),
                () => $"{name} to have the content",
                cancellationToken);
        }

        (await pieces.TerminateAsync(StopLimit, cancellationToken)).Should().Be(0, "a signal while it seeds complete data is the intended end");
    }

    /// <summary>Skips the running test if the client, or one of those that <see cref="DhtSpace.AddCrowd"/> starts, is not installed.</summary>
    internal static void RequireAll(string name)
    {
        foreach (string needed in (string[])[name, "libtorrent", "aria2", "Transmission"])
            RealPeers.Require(needed);
    }
}
