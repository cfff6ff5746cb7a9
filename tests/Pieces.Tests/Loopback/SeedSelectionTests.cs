using System.Globalization;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

/// <summary>Seeding selected files of a torrent.</summary>
[Trait("Tier", "Loopback")]
public sealed class SeedSelectionTests : IDisposable
{
    private const int PieceLength = 32 * 1024;
    private const int FileLength = 100_000;

    private static readonly TestTorrent Torrent = TestTorrent.OfFiles("album", count: 6, FileLength, PieceLength);

    private readonly TempFolder _folder = new();
    private readonly int _port = FreePort.Find();
    private readonly string _torrent;

    public SeedSelectionTests() => _torrent = Torrent.WriteTorrent(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_selected_files_are_served_and_the_others_are_not()
    {
        Torrent.WriteContent(_folder["data"]);
        await using PiecesProcess seeder = await SeedAsync("-s", "3");
        (await TakeAsync("3")).ExitCode.Should().Be(0);
        byte[] expected = new byte[FileLength];
        Torrent.Read(2 * FileLength, expected);
        File.ReadAllBytes(_folder["out/album/file-0002.bin"]).Should().Equal(expected);
        (await TakeAsync("5", "--stall-timeout", "5s")).ExitCode.Should().Be(6, "the seeder is there and has nothing of that file");
        (await InterruptedAsync(seeder)).Should().Be(0, "all that was selected is served");
    }

    [Fact]
    public async Task Files_that_are_left_out_need_not_be_there()
    {
        Torrent.WriteContent(_folder["data"]);
        foreach (string other in Directory.GetFiles(_folder["data/album"]).Where(path => !path.EndsWith("file-0002.bin", StringComparison.Ordinal)))
            File.Delete(other);
        await using PiecesProcess seeder = await SeedAsync("-s", "file-0002.bin");
        (await InterruptedAsync(seeder)).Should().Be(0, "what lacks at the file's ends are bytes of others");
    }

    [Fact]
    public async Task A_selected_file_that_is_damaged_makes_the_seed_a_partial_one()
    {
        Torrent.WriteContent(_folder["data"]);
        using (FileStream file = File.OpenWrite(_folder["data/album/file-0002.bin"]))
        {
            file.Seek(FileLength / 2, SeekOrigin.Begin);
            file.Write("damage"u8);
        }

        await using PiecesProcess seeder = await SeedAsync("-s", "3");
        (await InterruptedAsync(seeder)).Should().Be(130);
    }

    [Theory]
    [InlineData("5", 10)]
    [InlineData("*.iso", 4)]
    public async Task What_is_not_there_cannot_be_served(string selection, int code)
    {
        Torrent.WriteContent(_folder["data"]);
        File.Delete(_folder["data/album/file-0004.bin"]);
        PiecesResult result = await PiecesProcess.RunAsync(PiecesCommand.Seed(_torrent, _folder["data"], "-p", "0", "-s", selection));
        result.ExitCode.Should().Be(code, result.StandardError);
    }

    private async Task<PiecesProcess> SeedAsync(params string[] more)
    {
        var seeder = PiecesProcess.Start(
            PiecesCommand.Seed(_torrent, _folder["data"], ["-p", _port.ToString(CultureInfo.InvariantCulture), .. more]));
        await seeder.WaitForErrorTextAsync("seeding 100");
        return seeder;
    }

    private Task<PiecesResult> TakeAsync(string selection, params string[] more) => PiecesProcess.RunAsync(PiecesCommand.DownloadFrom(
        string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port}"), _torrent, _folder["out"], ["-s", selection, .. more]));

    private static async Task<int> InterruptedAsync(PiecesProcess seeder)
    {
        await seeder.SignalAsync("INT");
        return (await seeder.WaitAsync()).ExitCode;
    }
}
