using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pieces.Tests.Bencode;
using Pieces.Tests.Loopback;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Contract;

/// <summary>Files on the disk before, during and after a run.</summary>
[LongChain(Seconds = 15)]
[Trait("Tier", "Loopback")]
public sealed class ContractDiskTests : IDisposable
{
    private const int PieceLength = 64 * 1024;

    private static readonly TestTorrent Film = new("film.bin", 16 * PieceLength, PieceLength);

    private readonly TempFolder _folder = new();

    [Fact]
    [Contract("disk {final-name-only-when-verified,part-until-then,state-and-lock}", "event file {path,size}")]
    public async Task A_file_has_its_name_when_it_is_complete_and_another_until_then()
    {
        var album = TestTorrent.OfFiles("album", 4, 2 * PieceLength, PieceLength);
        await using var seeder = new RecordingSeeder(album, PieceLength);
        await using PiecesProcess process = PiecesProcess.Start(
            PiecesCommand.DownloadFrom(seeder.Address, album.WriteTorrent(_folder.Path), _folder["out"], "--json"));
        await process.WaitForOutputTextAsync("\"file\"");
        await Interop.Eventually.TrueAsync(
            () => Directory.GetFiles(_folder["out/album"], "*.part").Length > 0, TimeSpan.FromSeconds(30), () => "the next file",
            TestContext.Current.CancellationToken);
        string[] names = [.. Directory.GetFiles(_folder["out/album"]).Select(path => Path.GetFileName(path)!)];
        names.Should().Contain(name => name.EndsWith(".part", StringComparison.Ordinal)).And.NotContain("file-0003.bin");
        File.Exists(_folder["out/.album.pieces/state"]).Should().BeTrue();
        File.Exists(_folder["out/.album.pieces/lock"]).Should().BeTrue();
        byte[] content = new byte[album.Length];
        album.Read(0, content);
        string told = process.OutputSoFar;
        foreach (var file in EventLines.Parse(told[..(told.LastIndexOf('\n') + 1)]).Of("file"))
            File.Exists(file.Text("path")).Should().BeTrue();
        foreach (string name in names.Where(name => name.EndsWith(".bin", StringComparison.Ordinal)))
        {
            int index = name["file-".Length + 3] - '0';
            File.ReadAllBytes(_folder[$"out/album/{name}"]).AsSpan().SequenceEqual(
                content.AsSpan(index * 2 * PieceLength, 2 * PieceLength)).Should().BeTrue();
        }
    }

    [Fact]
    [Contract("disk pad-files-never")]
    public async Task Padding_never_reaches_the_disk()
    {
        byte[] a = RandomNumberGenerator.GetBytes(20_000), padding = new byte[(2 * 16_384) - 20_000], b = RandomNumberGenerator.GetBytes(10_000);
        Dict info = TestInfo.FilesInfo(
            "top", TestInfo.FileOf("a", a.Length), TestInfo.FileOf(".pad/12768", padding.Length, "p"), TestInfo.FileOf("b", b.Length));
        info["pieces"] = Hashes([.. a, .. padding, .. b]);
        string path = _folder.Write("top.torrent", TestInfo.Bytes(info)), port = $"{FreePort.Find()}";
        _folder.Write("data/top/a", a);
        _folder.Write("data/top/b", b);
        await using PiecesProcess seed = PiecesProcess.Start(PiecesCommand.Seed(path, _folder["data"], "-p", port));
        await seed.WaitForErrorTextAsync("seeding 100");
        PiecesResult result = await PiecesProcess.RunAsync(PiecesCommand.DownloadFrom($"127.0.0.1:{port}", path, _folder["out"]));
        result.ExitCode.Should().Be(0, result.StandardError);
        foreach (string root in (string[])["data", "out"])
        {
            Directory.GetFileSystemEntries(_folder[root], "*", SearchOption.AllDirectories)
                .Select(entry => Path.GetRelativePath(_folder[root], entry))
                .Should().BeEquivalentTo("top", "top/a", "top/b");
        }

        File.ReadAllBytes(_folder["out/top/b"]).Should().Equal(b);
    }

    [Fact]
    [Contract("disk foreign-part", "exit 13")]
    public async Task The_begun_file_of_another_download_is_in_the_way_and_stays()
    {
        var other = new TestTorrent("film.bin", Film.Length, PieceLength, seed: 2);
        await using var seeder = new RecordingSeeder(other, 2 * PieceLength);
        Directory.CreateDirectory(_folder["other"]);
        string[] otherCommand = PiecesCommand.DownloadFrom(seeder.Address, other.WriteTorrent(_folder["other"]), _folder["out"], "--json");
        await using (PiecesProcess begun = PiecesProcess.Start(otherCommand))
        {
            await begun.WaitForOutputTextAsync("\"piece\"");
            await begun.SignalAsync("INT");
            (await begun.WaitAsync()).ExitCode.Should().Be(130);
        }

        byte[] before = await File.ReadAllBytesAsync(_folder["out/film.bin.part"], TestContext.Current.CancellationToken);
        PiecesResult result = await PiecesProcess.RunAsync(PiecesCommand.Download(Film.WriteTorrent(_folder.Path), _folder["out"], "--no-trackers"));
        result.ExitCode.Should().Be(13, result.StandardError);
        File.ReadAllBytes(_folder["out/film.bin.part"]).AsSpan().SequenceEqual(before).Should().BeTrue();
    }

    [Theory]
    [InlineData(4, 12, false)]
    [InlineData(12, 4, false)]
    [InlineData(4, 12, true)]
    [Contract("disk {both-more-valid-wins,other-deleted-only-with-overwrite}", "flag --overwrite")]
    public async Task Of_two_files_the_one_with_more_valid_pieces_is_used_and_the_other_kept(int inFinal, int inPart, bool overwrite)
    {
        byte[] content = new byte[Film.Length];
        Film.Read(0, content);
        byte[] final = [.. content[..(inFinal * PieceLength)], .. new byte[Film.Length - (inFinal * PieceLength)]];
        byte[] part = [.. content[..(inPart * PieceLength)], .. new byte[Film.Length - (inPart * PieceLength)]];
        _folder.Write("out/film.bin", final);
        _folder.Write("out/film.bin.part", part);
        await using var seeder = new RecordingSeeder(Film);
        string[] more = overwrite ? ["--overwrite"] : [];
        PiecesResult result = await PiecesProcess.RunAsync(
            PiecesCommand.DownloadFrom(seeder.Address, Film.WriteTorrent(_folder.Path), _folder["out"], more));
        result.ExitCode.Should().Be(0, result.StandardError);
        File.ReadAllBytes(_folder["out/film.bin"]).AsSpan().SequenceEqual(content).Should().BeTrue();
        seeder.Events.Where(e => e.IsRequest).Select(e => e.Piece).Distinct().Should().BeEquivalentTo([12, 13, 14, 15]);
        string[] others = [.. Directory.GetFiles(_folder["out"]).Where(path => Path.GetFileName(path) != "film.bin")];
        others.Should().HaveCount(overwrite ? 0 : 1);
        if (!overwrite)
        {
            File.ReadAllBytes(others[0]).AsSpan().SequenceEqual(inFinal > inPart ? part : final).Should().BeTrue();
            result.StandardError.Should().Contain(others[0]);
        }
    }

    [Fact]
    [Contract("disk {incomplete-name-adopted,nothing-verified-fetched-again}")]
    public async Task An_incomplete_file_under_its_name_is_adopted_and_that_is_said()
    {
        Film.WriteContent(_folder["out"]);
        await using (FileStream file = File.OpenWrite(_folder["out/film.bin"]))
            file.SetLength(10 * PieceLength);
        await using var seeder = new RecordingSeeder(Film, 2 * PieceLength);
        await using PiecesProcess process = PiecesProcess.Start(
            PiecesCommand.DownloadFrom(seeder.Address, Film.WriteTorrent(_folder.Path), _folder["out"]));
        await seeder.UntilDeliveredAsync(1, TestContext.Current.CancellationToken);
        File.Exists(_folder["out/film.bin"]).Should().BeFalse();
        File.Exists(_folder["out/film.bin.part"]).Should().BeTrue();
        PiecesResult result = await process.WaitAsync();
        result.ExitCode.Should().Be(0, result.StandardError);
        result.StandardError.Should().MatchRegex("(?m)^pieces: warning: .*film\\.bin");
        seeder.Events.Where(e => e.IsRequest).Select(e => e.Piece).Distinct().Should().BeEquivalentTo([10, 11, 12, 13, 14, 15]);
        Film.ShouldBeCompleteIn(_folder["out"]);
    }

    [Fact]
    [Contract("disk {data-is-what-output-was,verify-looks-at-part,seed-looks-at-part}", "command verify --data", "command seed --data")]
    public async Task What_is_begun_can_be_verified_and_seeded()
    {
        string path = Film.WriteTorrent(_folder.Path), port = $"{FreePort.Find()}";
        await using (var seeder = new RecordingSeeder(Film, 2 * PieceLength))
        {
            await using PiecesProcess begun = PiecesProcess.Start(PiecesCommand.DownloadFrom(seeder.Address, path, _folder["begun"], "--json"));
            await begun.WaitForOutputTextAsync("\"have\":4,");
            await begun.SignalAsync("INT");
            await begun.WaitAsync();
        }

        PiecesResult verified = await PiecesProcess.RunAsync("verify", path, "--data", _folder["begun"], "--json");
        verified.ExitCode.Should().Be(10);
        using var report = JsonDocument.Parse(verified.StandardOutput);
        int good = report.RootElement.GetProperty("good_pieces").GetInt32();
        good.Should().BeInRange(4, 15);

        await using PiecesProcess seed = PiecesProcess.Start(PiecesCommand.Seed(path, _folder["begun"], "-p", port));
        await seed.WaitForErrorTextAsync("seeding");
        PiecesResult fetched = await PiecesProcess.RunAsync(
            PiecesCommand.DownloadFrom($"127.0.0.1:{port}", path, _folder["out"], "--stall-timeout", "6s", "--json"));
        fetched.ExitCode.Should().Be(6, fetched.StandardError);
        EventLines.Parse(fetched.StandardOutput).Of("piece").Should().HaveCount(good);
    }

    [Fact]
    [Contract("disk names-mapped-the-same-way-and-said")]
    public async Task Names_that_other_systems_cannot_hold_are_changed_in_the_same_way_by_every_command()
    {
        byte[] a = Encoding.ASCII.GetBytes(new string('a', 100)), b = Encoding.ASCII.GetBytes(new string('b', 100));
        Dict info = TestInfo.FilesInfo("top", TestInfo.FileOf("con"), TestInfo.FileOf("x\\y: z?"));
        info["pieces"] = Hashes([.. a, .. b]);
        string path = _folder.Write("top.torrent", TestInfo.Bytes(info));
        PiecesResult plan = await PiecesProcess.RunAsync("download", path, "-n", "--json", "-o", _folder["data"]);
        plan.ExitCode.Should().Be(0, plan.StandardError);
        using var document = JsonDocument.Parse(plan.StandardOutput);
        string[] planned = [.. document.RootElement.GetProperty("torrents")[0].GetProperty("plan").GetProperty("files").EnumerateArray()
            .Select(file => file.GetProperty("path").GetString()!)];
        planned.Should().NotContain(file => file.Contains('\\'));
        await File.WriteAllBytesAsync(_folder.Write(planned[0], a), a, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(_folder.Write(planned[1], b), b, TestContext.Current.CancellationToken);

        (await PiecesProcess.RunAsync("verify", path, "--data", _folder["data"])).ExitCode.Should().Be(0);
        string port = $"{FreePort.Find()}";
        await using PiecesProcess seed = PiecesProcess.Start(PiecesCommand.Seed(path, _folder["data"], "-p", port));
        await seed.WaitForErrorTextAsync("seeding 100");
        foreach (string run in (string[])["first", "again"])
        {
            PiecesResult result = await PiecesProcess.RunAsync(PiecesCommand.DownloadFrom($"127.0.0.1:{port}", path, _folder["out"]));
            result.ExitCode.Should().Be(0, result.StandardError);
            result.StandardError.Should().Contain("pieces: warning: ", run);
            Directory.GetFiles(_folder["out"], "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(_folder["out"], file))
                .Should().BeEquivalentTo(planned.Select(file => Path.GetRelativePath(_folder["data"], file)));
        }
    }

    [Fact]
    [Contract("disk power-cut")]
    public async Task After_a_power_cut_nothing_counts_that_is_not_on_the_disk()
    {
        if (!OperatingSystem.IsLinux() || (await ShellRun.RunAsync("unshare", ["-m", "true"])).ExitCode != 0)
            Assert.Skip("another start of the machine can be feigned only by root on Linux");
        await using var seeder = new RecordingSeeder(Film, 16 * PieceLength);
        string[] command = PiecesCommand.DownloadFrom(seeder.Address, Film.WriteTorrent(_folder.Path), _folder["out"], "--json");
        await using (PiecesProcess victim = PiecesProcess.Start(command))
        {
            await victim.WaitForOutputTextAsync("\"have\":6,");
            victim.Kill();
            await victim.WaitAsync();
        }

        // Simulates a loss of unwritten data: the state, and the size and time of the file, have reached the disk, but the bytes of the file have
        // not.
        string part = _folder["out/film.bin.part"];
        DateTime written = File.GetLastWriteTimeUtc(part);
        await File.WriteAllBytesAsync(part, new byte[Film.Length], TestContext.Current.CancellationToken);
        File.SetLastWriteTimeUtc(part, written);
        string boot = _folder.Write("boot", Encoding.ASCII.GetBytes($"{Guid.NewGuid()}\n"));
        string shell = $"set -- unshare -m /bin/sh -c 'mount --bind \"{boot}\" /proc/sys/kernel/random/boot_id && exec \"$@\"' sh \"$@\"";
        await using PiecesProcess next = PiecesProcess.Start(command, shell: shell);
        PiecesResult result = await next.WaitAsync();
        result.ExitCode.Should().Be(0, result.StandardError);
        Film.ShouldBeCompleteIn(_folder["out"]);
    }

    public void Dispose() => _folder.Dispose();

    private static byte[] Hashes(byte[] content) => [.. content.Chunk(TestInfo.PieceLength).SelectMany(SHA1.HashData)];
}
