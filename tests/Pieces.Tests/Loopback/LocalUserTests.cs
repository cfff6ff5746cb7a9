using System.Runtime.Versioning;
using Pieces.Platform;
using Pieces.Primitives;
using Pieces.Storage.Files;
using Pieces.Storage.Resume;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

/// <summary>Attacks by another user of the machine in a folder that both users can write to.</summary>
[Trait("Tier", "Loopback")]
[SupportedOSPlatform("linux")]
public sealed class LocalUserTests : IDisposable
{
    private const int MiB = 1024 * 1024;
    private const int PieceLength = 64 * 1024;

    private static readonly TestTorrent Film = new("film.bin", MiB, PieceLength);

    private readonly TempFolder _folder = new();

    public LocalUserTests()
    {
        OtherUser.Require();
        File.SetUnixFileMode(_folder.Path, (UnixFileMode)0x1ED);
        Directory.CreateDirectory(_folder["out"]);
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("777")]
    [InlineData("1777")]
    public async Task A_forged_state_is_not_believed(string mode)
    {
        RequireVictim();
        Forge("film.bin.part", OtherUser.Attacker);
        Share(mode);
        await using RecordingSeeder seeder = await DownloadAsVictimAsync();
        Film.ShouldBeRightIn(_folder["out"]);
    }

    [Fact]
    public async Task Good_pieces_of_another_user_are_copied_and_never_written()
    {
        RequireVictim();
        byte[] theirs = new byte[Film.Length];
        Film.Read(0, theirs);
        theirs[3 * PieceLength] ^= 1;
        _folder.Write("out/film.bin.part", theirs);
        OtherUser.Attacker.Own(_folder["out/film.bin.part"]);
        Share("1777");
        await using RecordingSeeder seeder = await DownloadAsVictimAsync();
        Film.ShouldBeRightIn(_folder["out"]);
        File.ReadAllBytes(_folder["out/film.bin.part"]).Should().Equal(theirs);
        seeder.Events.Where(e => e.IsRequest).Select(e => e.Piece).Distinct().Should().Equal([3]);
    }

    [Fact]
    public async Task A_link_of_another_user_is_not_followed_for_reading_and_one_of_our_own_is()
    {
        Film.WriteContent(Directory.CreateDirectory(_folder["moved"]).FullName);
        string torrent = Film.WriteTorrent(_folder.Path);
        File.CreateSymbolicLink(_folder["out/film.bin"], _folder["moved/film.bin"]);
        PiecesResult own = await PiecesProcess.RunAsync("verify", torrent, "--data", _folder["out"]);
        own.ExitCode.Should().Be(0, own.StandardOutput + own.StandardError);

        OtherUser.Attacker.Own(_folder["out/film.bin"]);
        PiecesResult foreign = await PiecesProcess.RunAsync("verify", torrent, "--data", _folder["out"]);
        foreign.ExitCode.Should().NotBe(0);
        foreign.StandardError.Should().Contain("film.bin: is a symbolic link that is not followed");
    }

    [Fact]
    public async Task A_state_that_everybody_may_write_to_is_not_believed()
    {
        Forge("film.bin.part", owner: null);
        File.SetUnixFileMode(_folder["out/.film.bin.pieces/state"], (UnixFileMode)0x1B6);
        await using var seeder = new RecordingSeeder(Film);
        await RunAsync(Command(seeder));
        Film.ShouldBeCompleteIn(_folder["out"]);
    }

    [Theory]
    [InlineData("state.new")]
    [InlineData("metadata.new")]
    [InlineData("lock")]
    [InlineData("spare")]
    public async Task A_link_in_the_hidden_folder_is_not_followed(string name)
    {
        string target = _folder.Write("profile", "the user's own"u8.ToArray());
        Directory.CreateDirectory(_folder["out/.film.bin.pieces"]);
        File.SetUnixFileMode(_folder["out/.film.bin.pieces"], (UnixFileMode)0x1FF);
        OtherUser.Attacker.Own(_folder["out/.film.bin.pieces"]);
        OtherUser.Attacker.Do($"ln -s '{target}' '{_folder["out/.film.bin.pieces"]}/{name}'");
        await using var seeder = new RecordingSeeder(Film);
        await RunAsync(Command(seeder));
        Film.ShouldBeRightIn(_folder["out"]);
        File.ReadAllText(target).Should().Be("the user's own");
    }

    [Fact]
    public async Task A_folder_that_becomes_a_link_during_the_download_leads_nowhere()
    {
        TestTorrent torrent = TestTorrent.OfFiles("top", count: 32, lengthOfEach: PieceLength, pieceLength: PieceLength);
        string secret = _folder["secret"];
        Directory.CreateDirectory(secret);
        Directory.CreateDirectory(_folder["out/top"]);
        OtherUser.Attacker.Own(_folder["out"]);
        await using var seeder = new RecordingSeeder(torrent, MiB / 2);
        await using PiecesProcess process = PiecesProcess.Start(
            PiecesCommand.DownloadFrom(seeder.Address, torrent.WriteTorrent(_folder.Path), _folder["out"], "-q"));
        await seeder.UntilDeliveredAsync(16, TestContext.Current.CancellationToken);
        OtherUser.Attacker.Do($"cd '{_folder["out"]}' && mv top old && ln -s '{secret}' top");
        PiecesResult result = await process.WaitAsync();
        result.ExitCode.Should().BeOneOf([9, 13], result.StandardError);
        result.StandardError.Should().MatchRegex("^pieces: [^\n]+\n$", "it is one line");
        Directory.EnumerateFileSystemEntries(secret).Should().BeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_torrent_that_is_made_leaves_other_files_alone(bool isLink)
    {
        string content = _folder.Write("content", [1, 2, 3]), target = _folder.Write("profile", "the user's own"u8.ToArray());
        string part = _folder["out/new.torrent.part"];
        if (isLink)
            File.CreateSymbolicLink(part, target);
        else
            File.Copy(target, part);
        PiecesResult result = await PiecesProcess.RunAsync("create", content, "-o", _folder["out/new.torrent"]);
        result.ExitCode.Should().Be(0, result.StandardError);
        File.ReadAllText(part).Should().Be("the user's own");
        Directory.GetFiles(_folder["out"]).Should().HaveCount(2);
    }

    [Fact]
    public async Task The_hidden_folder_is_for_its_owner_alone()
    {
        await using var seeder = new RecordingSeeder(Film, MiB / 4);
        await using PiecesProcess process = PiecesProcess.Start(Command(seeder));
        await seeder.UntilDeliveredAsync(1, TestContext.Current.CancellationToken);
        ((int)File.GetUnixFileMode(_folder["out/.film.bin.pieces"])).Should().Be(0x1C0);
        process.Kill();
        await process.WaitAsync();
    }

    private static void RequireVictim() =>
        Assert.SkipUnless(OtherUser.Victim.CanRun(PiecesProcess.Executable), "other users cannot run the program from where it is");

    private static async Task RunAsync(string[] command, string[]? prefix = null)
    {
        await using PiecesProcess process = PiecesProcess.StartProgram([.. prefix ?? [], PiecesProcess.Executable, .. command], null, null);
        PiecesResult result = await process.WaitAsync();
        result.ExitCode.Should().Be(0, result.StandardError);
    }

    private string[] Command(RecordingSeeder seeder) =>
        PiecesCommand.DownloadFrom(seeder.Address, Film.WriteTorrent(_folder.Path), _folder["out"], "-q");

    private async Task<RecordingSeeder> DownloadAsVictimAsync()
    {
        var seeder = new RecordingSeeder(Film);
        await RunAsync(Command(seeder), OtherUser.Victim.Prefix);
        return seeder;
    }

    private void Share(string mode) => File.SetUnixFileMode(_folder["out"], (UnixFileMode)Convert.ToInt32(mode, 8));

    /// <summary>Creates a file with wrong bytes, and a resume state that lists all of its pieces as verified.</summary>
    private void Forge(string part, OtherUser? owner)
    {
        _folder.Write("out/" + part, new byte[Film.Length]);
        using DirectoryHandle directory = CurrentPlatform.Files.OpenDirectory(_folder["out"]);
        long identity = directory.At(part).Stat().Identity.Fingerprint;
        byte[] state = ResumeFile.Snapshot(Film.Metainfo, CurrentPlatform.Facts.BootId, new ResumeState
        {
            Have = Bitfield.Full(Film.PieceCount),
            Durable = Bitfield.Full(Film.PieceCount),
            Doubtful = new Bitfield(0),
            Candidates = [],
            Identities = [identity],
            IsSized = true,
        });
        byte[] closed = new byte[ResumeFile.RecordLength];
        ResumeFile.WriteRecord(closed, new ResumeRecord(ResumeFact.Durable, 0, 0));
        _folder.Write("out/.film.bin.pieces/state", [.. state, .. closed]);
        owner?.Own(_folder["out/" + part]);
        owner?.Own(_folder["out/.film.bin.pieces"]);
    }
}
