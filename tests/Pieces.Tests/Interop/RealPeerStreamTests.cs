using Pieces.Tests.Support;

namespace Pieces.Tests.Interop;

/// <summary>The program streams to a pipe what other clients seed.</summary>
[Trait("Tier", "Interop")]
public sealed class RealPeerStreamTests
{
    [Theory]
    [InlineData("aria2")]
    [InlineData("libtorrent")]
    public Task It_streams_what_another_client_seeds(string name) => StreamAsync(name);

    /// <summary>A client seeds, and the program writes the content to a pipe.</summary>
    internal static async Task StreamAsync(string name)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        RealClient client = RealPeers.Require(name, TrackerKind.PiecesTrackerHttp);
        await using Scene scene = await Scene.SetAsync(TrackerKind.PiecesTrackerHttp, SampleShape.SeveralFiles, cancellationToken);
        string theirs = scene.Folder("theirs");
        string ours = scene.Folder("ours");
        scene.Sample.WriteContent(theirs);
        PeerProcess seed = await scene.StartAsync(client, theirs, cancellationToken);
        await scene.WaitForSeedAsync(seed, cancellationToken);

        string[] command = ["download", scene.TorrentFile, "-o", "-", "-p", $"{FreePort.Find()}", "--no-dht", "--no-pex", "--no-lsd"];
        ShellPipeResult result = await ShellPipe.RunAsync(command, "tar x", ours);

        result.ExitCode.Should().Be(0, result.StandardError);
        scene.Sample.FirstDifferenceOrStray(ours).Should().BeNull();
    }
}
