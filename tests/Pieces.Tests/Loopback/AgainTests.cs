using Pieces.Tests.Contract;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

[Trait("Tier", "Loopback")]
public class AgainTests
{
    private const int PieceLength = 256 * 1024;
    private const int Pieces = 16;

    private static readonly TestTorrent Torrent = new("film.bin", Pieces * PieceLength, PieceLength);

    [Fact]
    [Contract("command download", "source torrent-file", "exit 0", "disk {again-asks-nobody,folder-removed-at-the-end,complete-name-used}")]
    public async Task The_command_once_more_after_completion_asks_nobody()
    {
        using var folder = new TempFolder();
        await using var seeder = new RecordingSeeder(Torrent);
        await using ScriptedHttpServer tracker = ScriptedHttpServer.Answering("200 OK", "d8:intervali1800e5:peers0:e"u8.ToArray());
        string[] command = PiecesCommand.Download(
            Torrent.WriteTorrent(folder.Path), folder["out"], "--peer", seeder.Address, "--tracker", tracker.Url("/announce").ToString());
        (await RunAsync(command)).ExitCode.Should().Be(0);
        Torrent.ShouldBeCompleteIn(folder["out"]);
        int announces = tracker.Targets.Count, calls = seeder.Callers.Length;

        PiecesResult again = await RunAsync(command);

        again.ExitCode.Should().Be(0, again.StandardError);
        tracker.Targets.Should().HaveCount(announces);
        seeder.Callers.Should().HaveCount(calls);
        Torrent.ShouldBeCompleteIn(folder["out"]);
    }

    [Theory]
    [Contract("disk {incomplete-name-adopted,part-continued}", "overwrite never-needed-to-resume")]
    [InlineData("film.bin")]
    [InlineData("film.bin.part")]
    public async Task What_stands_there_and_is_valid_is_taken_and_the_rest_repaired(string name)
    {
        using var folder = new TempFolder();
        await using var seeder = new RecordingSeeder(Torrent);
        Torrent.WriteContent(folder["out"]);
        await using (FileStream file = File.OpenWrite(folder["out/film.bin"]))
        {
            file.Position = 3 * PieceLength;
            file.WriteByte(0);
            file.WriteByte(0);
        }

        File.Move(folder["out/film.bin"], folder["out/" + name]);
        PiecesResult result = await RunAsync(PiecesCommand.DownloadFrom(seeder.Address, Torrent.WriteTorrent(folder.Path), folder["out"]));
        result.ExitCode.Should().Be(0, result.StandardError);
        Torrent.ShouldBeCompleteIn(folder["out"]);
        seeder.Events.Select(e => e.Piece).Distinct().Should().Equal(3);
    }

    private static async Task<PiecesResult> RunAsync(string[] command)
    {
        await using PiecesProcess process = PiecesProcess.Start(command);
        return await process.WaitAsync();
    }
}
