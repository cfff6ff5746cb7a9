using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

/// <summary>Downloads to a disk with the file-name rules of another system: exFAT, mounted with a FUSE driver.</summary>
[Trait("Tier", "Loopback")]
public sealed class ForeignDiskTests : IDisposable
{
    private const int PieceLength = 64 * 1024;

    private readonly TempFolder _folder = new();
    private readonly DiskImage _disk;

    public ForeignDiskTests()
    {
        try
        {
            _disk = DiskImage.ExFat(_folder["image"], _folder["disk"]);
        }
        catch
        {
            _folder.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _disk.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_complete_download_succeeds_and_leaves_nothing_each_time()
    {
        var torrent = new TestTorrent("film.bin", 1024 * 1024, PieceLength);
        await using var seeder = new RecordingSeeder(torrent);
        string[] command = PiecesCommand.DownloadFrom(seeder.Address, torrent.WriteTorrent(_folder.Path), _folder["disk"], "-q");
        for (int run = 0; run < 2; run++)
        {
            PiecesResult result = await PiecesProcess.RunAsync(command);
            result.ExitCode.Should().Be(0, result.StandardError);
            result.StandardError.Should().BeEmpty();
            torrent.ShouldBeCompleteIn(_folder["disk"]);
            Directory.EnumerateFileSystemEntries(_folder["disk"]).Should().Equal(_folder["disk/film.bin"]);
        }
    }

    [Fact]
    public async Task What_is_there_is_hashed_since_the_disk_keeps_no_owners_and_that_is_said_at_v()
    {
        var torrent = new TestTorrent("film.bin", 1024 * 1024, PieceLength);
        await using var seeder = new RecordingSeeder(torrent, 512 * 1024);
        string[] command = PiecesCommand.DownloadFrom(seeder.Address, torrent.WriteTorrent(_folder.Path), _folder["disk"]);
        await using (PiecesProcess first = PiecesProcess.Start(command))
        {
            await seeder.UntilDeliveredAsync(24, TestContext.Current.CancellationToken);
            await first.SignalAsync("INT");
            (await first.WaitAsync()).ExitCode.Should().Be(130);
        }

        seeder.BeginRun();
        PiecesResult second = await PiecesProcess.RunAsync([.. command, "-v"]);
        second.ExitCode.Should().Be(0, second.StandardError);
        second.StandardError.Should().Contain("does not store file owners");
        torrent.ShouldBeCompleteIn(_folder["disk"]);
        seeder.AskedAgain().Should().HaveCountLessThanOrEqualTo(2, "what is there is kept");
    }

    [Fact]
    public async Task Names_that_the_disk_refuses_or_confuses_are_stored_under_others_and_found_again()
    {
        var torrent = TestTorrent.OfNames(
            "odd", PieceLength, ("ReadMe.txt", 200_000), ("readme.txt", 170_000), ("Part 1: who?.txt", 70_000), ("end.", 30_000));
        await using var seeder = new RecordingSeeder(torrent);
        string path = torrent.WriteTorrent(_folder.Path);
        string[] command = PiecesCommand.DownloadFrom(seeder.Address, path, _folder["disk"]);
        for (int run = 0; run < 2; run++)
        {
            PiecesResult result = await PiecesProcess.RunAsync(command);
            result.ExitCode.Should().Be(0, result.StandardError);
            torrent.ShouldBeRightIn(_folder["disk"], ["odd/ReadMe.txt", "odd/readme.1.txt", "odd/Part 1_ who_.txt", "odd/end_"]);
        }

        PiecesResult check = await PiecesProcess.RunAsync("verify", path, "--data", _folder["disk"]);
        check.ExitCode.Should().Be(0, check.StandardOutput);
        Directory.EnumerateFileSystemEntries(_folder["disk"]).Should().Equal(_folder["disk/odd"]);
    }
}
