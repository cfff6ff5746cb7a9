using Pieces.Tests.Loopback;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Interop;

[Trait("Tier", "Interop")]
public class ShareInteropTests
{
    [Theory]
    [InlineData("aria2")]
    [InlineData("libtorrent")]
    public async Task A_share_reaches_another_program_by_its_link_and_ends_by_itself(string name)
    {
        RealClient client = RealPeers.Require(name);
        using var folder = new TempFolder();
        string source = ShareProcessTests.Fill(folder, "it's a holiday ☕");
        Directory.CreateDirectory(folder["out"]);
        Directory.CreateDirectory(folder["home"]);
        await using PiecesProcess share = ShareProcessTests.Share(source, "--times", "1");
        string line = await ShareProcessTests.LineOfAsync(share);
        string link = line["pieces download '".Length..^1];
        await using PeerProcess process = client.Start(new RealClientJob(string.Empty, folder["out"], folder["home"], FreePort.Find(), link));
        PiecesResult result = await share.WaitAsync();
        result.ExitCode.Should().Be(0, $"{result.StandardError}\n{process.Output}");
        result.StandardError.Should().Contain("download 1 of 1").And.Contain("127.0.0.1");
        ShareProcessTests.ShouldBeSame(source, folder["out/it's a holiday ☕"]);
    }
}
