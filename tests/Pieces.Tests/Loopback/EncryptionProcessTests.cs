using System.Globalization;
using System.Text.Json.Nodes;
using Pieces.Tests.Contract;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

/// <summary>The flag <c>--encryption</c>, on real sockets.</summary>
[Trait("Tier", "Loopback")]
public class EncryptionProcessTests
{
    private static readonly TestTorrent Torrent = new("film.bin", 8 * 1024 * 1024, 256 * 1024);

    [Theory]
    [Contract("flag --encryption", "flag --encryption {prefer,require,off}")]
    [InlineData("require", "require", true)]
    [InlineData("prefer", "require", true)]
    [InlineData("require", "prefer", true)]
    [InlineData("prefer", "prefer", false)]
    [InlineData("prefer", "off", false)]
    [InlineData("off", "prefer", false)]
    public async Task What_two_programs_agree_on_is_told(string seeds, string fetches, bool isEncrypted)
    {
        using var folder = new TempFolder();
        int port = FreePort.Find();
        await using PiecesProcess seeder = await SeedAsync(folder, port, seeds);
        PiecesResult result = await FetchAsync(folder, port, fetches, "--json");
        result.ExitCode.Should().Be(0, result.StandardError);
        Torrent.ShouldBeCompleteIn(folder["out"]);
        IReadOnlyList<JsonObject> peers = EventLines.Parse(result.StandardOutput).Of("peer");
        peers.Where(peer => peer.Text("state") == "connected").Should().NotBeEmpty().And.OnlyContain(peer => (bool)peer["encrypted"]! == isEncrypted);
        peers.Where(peer => peer.Text("state") == "closed").Should().OnlyContain(peer => !peer.ContainsKey("encrypted"));
    }

    [Theory]
    [InlineData("require", "off")]
    [InlineData("off", "require")]
    public async Task Two_who_cannot_agree_do_not_connect(string seeds, string fetches)
    {
        using var folder = new TempFolder();
        int port = FreePort.Find();
        await using PiecesProcess seeder = await SeedAsync(folder, port, seeds);
        PiecesResult result = await FetchAsync(folder, port, fetches, "--stall-timeout", "2s");
        result.ExitCode.Should().Be(5, result.StandardError);
    }

    [Fact]
    public async Task The_tracker_is_told_that_plain_connections_are_not_wanted()
    {
        using var folder = new TempFolder();
        await using ScriptedHttpServer tracker = ScriptedHttpServer.Answering("200 OK", "d8:intervali1800e5:peers0:e"u8.ToArray());
        string torrent = Torrent.WriteTorrent(folder.Path);
        string url = tracker.Url("/announce").ToString();
        await PiecesProcess.RunAsync(PiecesCommand.Download(
            torrent, folder["out"], "--tracker", url, "--encryption", "require", "--stall-timeout", "4s"));
        tracker.Targets.Should().NotBeEmpty().And.OnlyContain(target => target.Contains("&requirecrypto=1", StringComparison.Ordinal));
    }

    private static async Task<PiecesProcess> SeedAsync(TempFolder folder, int port, string policy)
    {
        Torrent.WriteContent(folder["data"]);
        PiecesProcess seeder = PiecesProcess.Start(PiecesCommand.Seed(
            Torrent.WriteTorrent(folder.Path), folder["data"], "-p", port.ToString(CultureInfo.InvariantCulture), "--encryption", policy));
        await seeder.WaitForErrorTextAsync("seeding 100");
        return seeder;
    }

    private static Task<PiecesResult> FetchAsync(TempFolder folder, int port, string policy, params string[] more) =>
        PiecesProcess.RunAsync(PiecesCommand.DownloadFrom(
            $"127.0.0.1:{port}", Torrent.WriteTorrent(folder.Path), folder["out"], ["--encryption", policy, .. more]));
}
