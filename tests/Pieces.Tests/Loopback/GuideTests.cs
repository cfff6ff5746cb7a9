using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

/// <summary>Runs every block of docs/guide.md exactly as written.</summary>
[Trait("Tier", "Loopback")]
public sealed class GuideTests(GuideSwarm swarm) : IClassFixture<GuideSwarm>, IDisposable
{
    // The recipes that a test of this class or of GuideServiceTests runs. A test fails if the guide contains any other block.
    private static readonly string[] Tested =
        ["cron", "tar", "player", "jq-files", "jq-summary", "jq-show", "xargs", "hook", "select", "dry-run", "lan-from", "lan-to", "systemd"];

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_block_has_a_name_and_a_test()
    {
        GuideRecipes.Names.Should().BeEquivalentTo(Tested);
        GuideRecipes.PasteableBlocks.Should().Be(Tested.Length, "a block without a name would go untested");
    }

    [Fact]
    public async Task Cron_fetches_it_and_is_content_with_what_is_there()
    {
        for (int run = 0; run < 2; run++)
        {
            PiecesResult result = await RunAsync("cron");
            result.Should().Be(new PiecesResult(0, "", ""));
            ShouldBeOriginal("films/film.mkv", "film.mkv");
            File.Delete(Here("film-is-here"));
        }
    }

    [Fact]
    public async Task Cron_leaves_a_run_alone_that_is_still_at_it()
    {
        Prepare();
        await using PiecesProcess other = PiecesProcess.Start(PiecesCommand.Download(Here("film.torrent"), Here("films"), "--no-trackers"));
        await other.WaitForErrorTextAsync("film.mkv: finding peers");
        (await RunAsync("cron")).Should().Be(new PiecesResult(0, "", ""));
        (await File.ReadAllTextAsync(Here("fetch.log"), TestContext.Current.CancellationToken)).Should().Contain("another process");
        File.Exists(Here("film-is-here")).Should().BeFalse();
    }

    [Fact]
    public async Task Cron_that_ran_out_of_time_is_silent_and_goes_on_the_next_hour()
    {
        Prepare();
        string block = GuideRecipes.Block("cron");
        block.Should().Contain("--deadline 50m");
        PiecesResult late = await RunScriptAsync(
            block.Replace("50m", "1s", StringComparison.Ordinal), new Dictionary<string, string> { ["PIECES_NO_TRACKERS"] = "1" });
        late.Should().Be(new PiecesResult(0, "", ""));
        File.Exists(Here("film-is-here")).Should().BeFalse();
        (await RunAsync("cron")).ExitCode.Should().Be(0);
        File.Exists(Here("film-is-here")).Should().BeTrue();
    }

    [Fact]
    public async Task Cron_says_what_goes_wrong_and_hands_on_the_code()
    {
        PiecesResult result = await RunScriptAsync(GuideRecipes.Block("cron"));
        result.ExitCode.Should().Be(3);
        result.StandardError.Should().StartWith("pieces: film.torrent: ");
    }

    [Fact]
    public async Task Tar_unpacks_the_stream_and_nothing_else_is_left()
    {
        RealProcess.Find("tar");
        (await RunAsync("tar")).ExitCode.Should().Be(0);
        ShouldHaveAlbum();
        Directory.GetFileSystemEntries(Here("music")).Should().Equal(Here("music/album"));
    }

    [Fact]
    public async Task A_player_gets_the_film()
    {
        PiecesResult result = await RunAsync("player", new Dictionary<string, string> { ["player"] = "tee copy.mkv" });
        result.ExitCode.Should().Be(0, result.StandardError);
        ShouldBeOriginal("copy.mkv", "film.mkv");
        File.Exists(Here("film.mkv")).Should().BeFalse();
    }

    [Fact]
    public async Task A_player_that_is_closed_is_no_failure()
    {
        PiecesResult result = await RunAsync("player", new Dictionary<string, string> { ["player"] = "head -c 1000" });
        result.ExitCode.Should().Be(0, result.StandardError);
        result.StandardOutput.Should().NotBeEmpty();
    }

    [Fact]
    public async Task A_film_that_cannot_be_had_is_one()
    {
        PiecesResult result = await RunScriptAsync(GuideRecipes.Block("player"), new Dictionary<string, string> { ["player"] = "cat" });
        result.ExitCode.Should().NotBe(0);
    }

    [Fact]
    public async Task Jq_makes_a_table_of_the_files()
    {
        RealProcess.Find("jq");
        PiecesResult result = await RunAsync("jq-files");
        result.Should().Be(new PiecesResult(0, "", ""));
        File.ReadAllLines(Here("files.tsv")).Should().BeEquivalentTo(
            GuideSwarm.Album.Select(path => $"{new FileInfo(Path.Join(swarm.Origin, path)).Length}\tmusic/{path}"));
        ShouldHaveAlbum();
    }

    [Fact]
    public async Task Jq_tells_how_each_source_ended()
    {
        RealProcess.Find("jq");
        (await RunAsync("jq-summary")).ExitCode.Should().Be(0);
        File.ReadAllLines(Here("outcome")).Should().BeEquivalentTo(["0 album.torrent", "3 missing.torrent"]);
        ShouldHaveAlbum();
    }

    [Fact]
    public async Task Jq_lists_what_a_torrent_holds()
    {
        RealProcess.Find("jq");
        (await RunAsync("jq-show")).Should().Be(new PiecesResult(0, "", ""));
        File.ReadAllLines(Here("contents")).Should().Equal(
            GuideSwarm.Album.Select(path => $"{new FileInfo(Path.Join(swarm.Origin, path)).Length} {path}"));
    }

    [Fact]
    public async Task Xargs_gets_every_path()
    {
        RealProcess.Find("xargs");
        (await RunAsync("xargs")).ExitCode.Should().Be(0);
        (await RunScriptAsync("sha256sum --check --strict --quiet SHA256SUMS")).ExitCode.Should().Be(0);
        File.ReadAllLines(Here("SHA256SUMS")).Should().HaveCount(3);
        ShouldHaveAlbum();
    }

    [Fact]
    public async Task The_hook_is_told_what_arrived()
    {
        PiecesResult result = await RunAsync("hook");
        result.ExitCode.Should().Be(0, result.StandardError);
        File.ReadAllText(Here("arrived.log")).Should().MatchRegex($"^album has 1640003 bytes in /.*/music\n$");
        ShouldHaveAlbum();
    }

    [Fact]
    public async Task One_file_is_selected_and_the_rest_can_follow()
    {
        (await RunAsync("select")).ExitCode.Should().Be(0);
        Directory.GetFiles(Here("music/album")).Should().Equal(Here("music/album/cover.jpg"));
        ShouldBeOriginal("music/album/cover.jpg", "album/cover.jpg");
        (await RunScriptAsync("pieces download album.torrent -o music")).ExitCode.Should().Be(0);
        ShouldHaveAlbum();
    }

    [Fact]
    public async Task A_dry_run_comes_before_the_download()
    {
        (await RunAsync("dry-run")).ExitCode.Should().Be(0);
        File.ReadAllText(Here("plan")).Should().Contain("to download:  1640003 bytes");
        ShouldHaveAlbum();
    }

    [Fact]
    public async Task A_dry_run_tells_that_something_is_in_the_way()
    {
        _folder.Write("music/album/cover.jpg", "mine"u8.ToArray());
        PiecesResult result = await RunAsync("dry-run");
        result.ExitCode.Should().Be(13);
        result.StandardError.Should().EndWith("something else is called like that\n");
        File.ReadAllText(Here("music/album/cover.jpg")).Should().Be("mine");
    }

    [Fact]
    public async Task A_neighbour_gets_it_and_then_the_share_ends()
    {
        foreach (string path in GuideSwarm.Album)
            _folder.Write(
                Path.Join("from", path), await File.ReadAllBytesAsync(Path.Join(swarm.Origin, path), TestContext.Current.CancellationToken));
        var here = new Dictionary<string, string> { ["here"] = "127.0.0.1", ["port"] = "0" };
        await using PiecesProcess from = swarm.Start(GuideRecipes.Block("lan-from"), Here("from"), here);
        await from.WaitForErrorTextAsync("album: seeding 100");
        Directory.CreateDirectory(Here("music"));
        File.Copy(Here("from/album.torrent"), Here("music/album.torrent"));
        await using PiecesProcess to = swarm.Start(GuideRecipes.Block("lan-to"), Here("music"));
        (await to.WaitAsync()).ExitCode.Should().Be(0);
        ShouldHaveAlbum();
        PiecesResult shared = await from.WaitAsync();
        shared.ExitCode.Should().Be(0, shared.StandardError);
    }

    private string Here(string relative) => _folder[relative];

    private void Prepare()
    {
        if (!File.Exists(Here("film.torrent")))
            swarm.CopyTorrentsTo(_folder.Path);
    }

    private Task<PiecesResult> RunAsync(string recipe, IReadOnlyDictionary<string, string>? environment = null)
    {
        Prepare();
        return RunScriptAsync(GuideRecipes.Block(recipe), environment);
    }

    private async Task<PiecesResult> RunScriptAsync(string script, IReadOnlyDictionary<string, string>? environment = null)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the guide is for POSIX shells");
        await using PiecesProcess process = swarm.Start(script, _folder.Path, environment);
        return await process.WaitAsync();
    }

    private void ShouldHaveAlbum()
    {
        foreach (string path in GuideSwarm.Album)
            ShouldBeOriginal(Path.Join("music", path), path);
    }

    private void ShouldBeOriginal(string relative, string original) =>
        File.ReadAllBytes(Here(relative)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Join(swarm.Origin, original))).Should().BeTrue(relative);
}
