using System.Text.Json.Nodes;
using Pieces.Tests.Loopback;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Contract;

/// <summary>How long the program seeds, and which data it never sends.</summary>
[Trait("Tier", "Loopback")]
public sealed class ContractSeedTests : IDisposable
{
    private const int PieceLength = 32 * 1024;

    private static readonly TestTorrent Torrent = new("film.bin", 32 * PieceLength, PieceLength);

    private readonly TempFolder _folder = new();

    [Fact]
    [Contract("seeding exit-at-completion", "exit 0")]
    public async Task Without_a_goal_it_ends_at_completion()
    {
        await using var seeder = new RecordingSeeder(Torrent);
        PiecesResult result = await PiecesProcess.RunAsync(
            PiecesCommand.DownloadFrom(seeder.Address, Torrent.WriteTorrent(_folder.Path), _folder["out"]));
        result.ExitCode.Should().Be(0, result.StandardError);
        Torrent.ShouldBeCompleteIn(_folder["out"]);
    }

    [Theory]
    [InlineData("--seed-time", "1s", "--seed-ratio", "1000", "--seed-idle", "1h")]
    [InlineData("--seed-time", "1h", "--seed-ratio", "1000", "--seed-idle", "1s")]
    [InlineData("--seed-time", "1h", "--seed-ratio", "0", "--seed-idle", "1h")]
    [Contract("seeding {first-goal-ends,goal-implies-seed}", "flag {--seed-time,--seed-ratio,--seed-idle}")]
    public async Task The_first_goal_that_is_reached_ends_seeding(params string[] goals)
    {
        Torrent.WriteContent(_folder["out"]);
        PiecesResult result = await PiecesProcess.RunAsync(
            [
                "download", Torrent.WriteTorrent(_folder.Path), "-o", _folder["out"], "--no-trackers", "--interface", "127.0.0.1", "-p", "0",
                "--progress", "plain", .. goals
            ]);
        result.ExitCode.Should().Be(0, result.StandardError);
    }

    [Fact]
    [Contract("seeding uploads-while-downloading", "event piece", "event piece {index,have,pieces}")]
    public async Task It_uploads_while_it_downloads()
    {
        await using var seeder = new RecordingSeeder(Torrent, 64 * 1024);
        string path = Torrent.WriteTorrent(_folder.Path), port = $"{FreePort.Find()}";
        string[] common = ["--no-trackers", "--interface", "127.0.0.1", "--deadline", "50s", "--json"];
        await using PiecesProcess first = PiecesProcess.Start(
            ["download", path, "-o", _folder["first"], "-p", port, "--peer", seeder.Address, .. common]);
        await first.WaitForOutputTextAsync("\"piece\"");
        await using PiecesProcess second = PiecesProcess.Start(
            ["download", path, "-o", _folder["second"], "-p", "0", "--peer", $"127.0.0.1:{port}", .. common]);
        await second.WaitForOutputTextAsync("\"piece\"");
        first.OutputSoFar.Should().NotContain("\"complete\"");
        string told = second.OutputSoFar;
        JsonObject piece = EventLines.Parse(told[..(told.LastIndexOf('\n') + 1)]).Of("piece")[0];
        (piece.Number("have"), piece.Number("pieces")).Should().Be((1, 32));
        piece.Number("index").Should().BeInRange(0, 31);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Contract("flag --paranoid")]
    public async Task A_seed_gives_nothing_that_was_changed_behind_its_back(bool isParanoid)
    {
        Torrent.WriteContent(_folder["data"]);
        string path = Torrent.WriteTorrent(_folder.Path), port = $"{FreePort.Find()}";
        await using PiecesProcess seed = PiecesProcess.Start(
            PiecesCommand.Seed(path, _folder["data"], ["-p", port, .. isParanoid ? ["--paranoid"] : Array.Empty<string>()]));
        await seed.WaitForErrorTextAsync("seeding 100");

        // Change the data but keep its size and its modification time.
        string film = _folder["data/film.bin"];
        DateTime written = File.GetLastWriteTimeUtc(film);
        await using (var file = new FileStream(film, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.Position = 5 * PieceLength;
            file.Write([1, 2, 3, 4, 5, 6, 7, 8]);
        }

        File.SetLastWriteTimeUtc(film, written);
        await using PiecesProcess leecher = PiecesProcess.Start(PiecesCommand.DownloadFrom($"127.0.0.1:{port}", path, _folder["out"], "--json"));
        await leecher.WaitForOutputTextAsync("\"have\":1,");
        await leecher.WaitForOutputAsync("all others are here", said => said.Contains("\"have\":31,", StringComparison.Ordinal));
        int before = leecher.OutputSoFar.Split("\"progress\"").Length;
        await leecher.WaitForOutputAsync("three seconds pass", said => said.Split("\"progress\"").Length > before + 2);
        await leecher.SignalAsync("INT");
        PiecesResult result = await leecher.WaitAsync();
        result.ExitCode.Should().Be(130, result.StandardOutput);
        IReadOnlyList<JsonObject> told = EventLines.Parse(result.StandardOutput);
        told.Of("piece").Select(piece => piece.Number("index")).Should().NotContain(5);
        told.Of("peer").Any(peer => peer.Text("state") == "banned").Should().BeFalse("nothing wrong was sent");

        await seed.SignalAsync("INT");
        string[] warnings = [.. (await seed.WaitAsync()).StandardError.Split('\n').Where(line => line.Contains("warning", StringComparison.Ordinal))];
        warnings.Should().HaveCount(2, "it says so once, and at the end");
        warnings[0].Should().Contain("film.bin").And.Contain("changed");
        warnings[1].Should().Contain("1 pieces of 1 files");
    }

    public void Dispose() => _folder.Dispose();
}
