using System.Globalization;
using Pieces.Metadata;
using Pieces.Tests.Contract;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

[Trait("Tier", "Loopback")]
public class MagnetProcessTests
{
    private const int PieceLength = 256 * 1024;

    private static readonly TestTorrent Torrent = new("film.bin", 16 * PieceLength, PieceLength);

    [Fact]
    [Contract("source {magnet,info-hash-hex}")]
    public async Task A_magnet_and_a_bare_info_hash_download_from_the_peer_they_are_given()
    {
        using var folder = new TempFolder();
        await using Seed seed = await Seed.StartAsync(folder);
        await using PiecesProcess process = PiecesProcess.Start(PiecesCommand.Download(seed.Link, folder["one"], "--no-trackers"));
        PiecesResult result = await process.WaitAsync();
        result.ExitCode.Should().Be(0, result.StandardError);
        result.StandardOutput.Should().BeEmpty();
        result.StandardError.Should().Contain("finding peers").And.Contain("film.bin: 4.0 MiB in 1 file");
        Torrent.ShouldBeCompleteIn(folder["one"]);
        Directory.EnumerateFileSystemEntries(folder["one"]).Should().ContainSingle();

        string bare = Torrent.Metainfo.InfoHash.ToString().ToUpperInvariant();
        await using PiecesProcess second = PiecesProcess.Start(PiecesCommand.DownloadFrom(seed.Address, bare, folder["two"]));
        (await second.WaitAsync()).ExitCode.Should().Be(0);
        Torrent.ShouldBeCompleteIn(folder["two"]);
    }

    [Fact]
    [Contract("event metadata", "event metadata {name,size}")]
    public async Task The_events_tell_of_the_metadata_before_the_start()
    {
        using var folder = new TempFolder();
        await using Seed seed = await Seed.StartAsync(folder);
        await using PiecesProcess process = PiecesProcess.Start(
            ["download", seed.Link, "-o", folder["out"], "--interface", "127.0.0.1", "-p", "0", "--no-dht", "--no-trackers", "--json"]);
        PiecesResult result = await process.WaitAsync();
        result.ExitCode.Should().Be(0, result.StandardError);
        string[] events = result.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] names = [.. events.Select(line => System.Text.Json.JsonDocument.Parse(line).RootElement.GetProperty("event").GetString()!)];
        names.Should().ContainSingle(name => name == "metadata").And.ContainSingle(name => name == "start");
        Array.IndexOf(names, "metadata").Should().BeLessThan(Array.IndexOf(names, "start"));
        string progress = events.First(line => line.Contains("\"progress\"", StringComparison.Ordinal));
        progress.Should().Contain("\"phase\":\"finding_peers\"").And.Contain("\"done\":0,\"size\":0,", "progress shows that the search goes on");
        events.Single(line => line.Contains("\"metadata\"", StringComparison.Ordinal))
            .Should().Contain($"\"name\":\"film.bin\",\"size\":{Torrent.Length}").And.Contain(Torrent.Metainfo.InfoHash.ToString());
    }

    [Fact]
    public async Task What_is_selected_of_a_magnet_is_chosen_once_it_is_known()
    {
        using var folder = new TempFolder();
        await using Seed seed = await Seed.StartAsync(folder);
        await using PiecesProcess nothing = PiecesProcess.Start(PiecesCommand.Download(seed.Link, folder["none"], "--no-trackers", "-s", "*.txt"));
        (await nothing.WaitAsync()).ExitCode.Should().Be(4);
        await using PiecesProcess one = PiecesProcess.Start(PiecesCommand.Download(seed.Link, folder["one"], "--no-trackers", "-s", "*.bin"));
        (await one.WaitAsync()).ExitCode.Should().Be(0);
        Torrent.ShouldBeCompleteIn(folder["one"]);
    }

    [Fact]
    public async Task What_a_magnet_selects_itself_counts_until_the_user_says_otherwise()
    {
        using var folder = new TempFolder();
        await using Seed seed = await Seed.StartAsync(folder);
        string link = seed.Link + "&so=7";
        await using PiecesProcess own = PiecesProcess.Start(PiecesCommand.Download(link, folder["own"], "--no-trackers"));
        PiecesResult refused = await own.WaitAsync();
        refused.ExitCode.Should().Be(4);
        refused.StandardError.Should().Contain("the magnet link selects none of the torrent's 1 files (so=7)");
        await using PiecesProcess unread = PiecesProcess.Start(PiecesCommand.Download(seed.Link + "&so=2-1", folder["own"], "--no-trackers"));
        PiecesResult unclear = await unread.WaitAsync();
        unclear.ExitCode.Should().Be(4);
        unclear.StandardError.Should().Contain("the magnet link selects files that cannot be read");
        File.Exists(folder["own/film.bin"]).Should().BeFalse();
        await using PiecesProcess said = PiecesProcess.Start(PiecesCommand.Download(link, folder["said"], "--no-trackers", "-s", "1"));
        (await said.WaitAsync()).ExitCode.Should().Be(0);
        Torrent.ShouldBeCompleteIn(folder["said"]);
    }

    [Fact]
    public async Task A_dry_run_of_a_magnet_says_what_is_not_known_and_asks_nobody()
    {
        using var folder = new TempFolder();
        string link = $"magnet:?xt=urn:btih:{Torrent.Metainfo.InfoHash}&dn=film&tr=http%3A%2F%2F127.0.0.1%3A9%2Fannounce";
        PiecesResult result = await PiecesProcess.RunAsync("download", link, "--dry-run", "-o", folder["out"]);
        result.ExitCode.Should().Be(0, result.StandardError);
        result.StandardError.Should().BeEmpty();
        result.StandardOutput.Should().Contain("name:         film\n").And.Contain($"info-hash:    {Torrent.Metainfo.InfoHash}\n")
            .And.Contain("not known:    size, files and disk space").And.Contain("tracker:      http://127.0.0.1:9/announce (tier 1)\n");
        Directory.Exists(folder["out"]).Should().BeFalse();

        PiecesResult json = await PiecesProcess.RunAsync("download", link, "--dry-run", "--json", "-o", folder["out"]);
        json.ExitCode.Should().Be(0);
        json.StandardOutput.Should().Contain("\"has_metadata\":false");
    }

    [Fact]
    public async Task A_magnet_is_streamed_to_stdout()
    {
        using var folder = new TempFolder();
        await using Seed seed = await Seed.StartAsync(folder);
        await using PiecesProcess process = PiecesProcess.Start(
            ["download", seed.Link, "--interface", "127.0.0.1", "-p", "0", "--no-dht", "--no-trackers", "-o", "-"],
            shell: $"exec > '{folder["stream"]}'");
        (await process.WaitAsync()).ExitCode.Should().Be(0);
        byte[] expected = new byte[Torrent.Length];
        Torrent.Read(0, expected);
        File.ReadAllBytes(folder["stream"]).AsSpan().SequenceEqual(expected).Should().BeTrue();
    }

    [Fact]
    public async Task Several_files_of_a_magnet_are_streamed_as_a_tar()
    {
        using var folder = new TempFolder();
        var torrent = TestTorrent.OfFiles("many", 30, 20_001, 64 * 1024);
        torrent.WriteContent(folder["data"]);
        int port = FreePort.Find();
        await using PiecesProcess seed = PiecesProcess.Start(PiecesCommand.Seed(torrent.WriteTorrent(folder.Path), folder["data"], "-p", $"{port}"));
        await seed.WaitForErrorTextAsync("seeding");
        Directory.CreateDirectory(folder["out"]);
        string link = string.Create(CultureInfo.InvariantCulture, $"magnet:?xt=urn:btih:{torrent.Metainfo.InfoHash}&x.pe=127.0.0.1:{port}");
        await using PiecesProcess process = PiecesProcess.Start(
            ["download", link, "--interface", "127.0.0.1", "-p", "0", "--no-dht", "--no-trackers", "-o", "-"],
            shell: $"exec > >(tar x -C '{folder["out"]}'; touch '{folder["taken"]}')");
        (await process.WaitAsync()).ExitCode.Should().Be(0);
        await Interop.Eventually.TrueAsync(
            () => File.Exists(folder["taken"]), TimeSpan.FromSeconds(30), () => "tar to end", TestContext.Current.CancellationToken);
        torrent.ShouldBeCompleteIn(folder["out"]);
    }

    [Fact]
    public async Task A_dry_run_of_a_link_uses_the_metadata_that_an_earlier_run_left()
    {
        using var folder = new TempFolder();
        await using Seed seed = await Seed.StartAsync(folder);
        await using (PiecesProcess begun = PiecesProcess.Start(
            PiecesCommand.Download(seed.Link, folder["out"], "--no-trackers", "--down-limit", "256K")))
        {
            await begun.WaitForErrorTextAsync("downloading");
            await begun.SignalAsync("TERM");
            (await begun.WaitAsync()).ExitCode.Should().Be(143);
        }

        PiecesResult result = await PiecesProcess.RunAsync("download", seed.Link, "--dry-run", "-o", folder["out"]);
        result.ExitCode.Should().Be(0, result.StandardError);
        result.StandardOutput.Should().Contain("name:         film.bin\n").And.Contain("selected:     1 of 1 file").And.Contain("to download:")
            .And.NotContain("not known");
        PiecesResult selected = await PiecesProcess.RunAsync("download", seed.Link + "&so=7", "--dry-run", "-o", folder["out"]);
        selected.ExitCode.Should().Be(4);
        selected.StandardError.Should().Contain("the magnet link selects none of the torrent's 1 files (so=7)");
    }

    [Fact]
    [Contract("command magnet", "command magnet -o")]
    public async Task Magnet_prints_the_link_of_a_torrent_and_fetches_the_torrent_of_a_link()
    {
        using var folder = new TempFolder();
        await using Seed seed = await Seed.StartAsync(folder);
        PiecesResult printed = await PiecesProcess.RunAsync("magnet", seed.TorrentFile);
        printed.ExitCode.Should().Be(0);
        printed.StandardError.Should().BeEmpty();
        printed.StandardOutput.Should().Be($"magnet:?xt=urn:btih:{Torrent.Metainfo.InfoHash}&dn=film.bin&xl={Torrent.Length}\n");

        PiecesResult more = await PiecesProcess.RunAsync(
            "magnet", seed.TorrentFile, "--tracker", "udp://t.example:6969", "--peer", "[::1]:6881", "--tracker=udp://t.example:6969");
        more.StandardOutput.Should().Be(printed.StandardOutput.TrimEnd() + "&tr=udp%3A%2F%2Ft.example%3A6969&x.pe=[::1]:6881\n");

        string fetched = folder["fetched.torrent"];
        string link = seed.Link + "&tr=http%3A%2F%2F127.0.0.1%3A9%2Fannounce";
        string[] command = ["magnet", link, "--no-trackers", "--no-dht", "-o", fetched, "--interface", "127.0.0.1", "-p", "0"];
        PiecesResult result = await PiecesProcess.RunAsync(command);
        result.ExitCode.Should().Be(0, result.StandardError);
        result.StandardOutput.Should().BeEmpty();
        Metainfo metainfo = await Metainfo.LoadAsync(fetched, TestContext.Current.CancellationToken);
        metainfo.InfoHash.Should().Be(Torrent.Metainfo.InfoHash);
        metainfo.Trackers.Single().Should().Equal("http://127.0.0.1:9/announce");

        PiecesResult other = await PiecesProcess.RunAsync(
            "magnet", link, "--no-dht", "-o", folder["other.torrent"], "--interface", "127.0.0.1", "-p", "0", "--tracker", "http://127.0.0.1:9/more");
        other.ExitCode.Should().Be(0, other.StandardError);
        Metainfo tracked = await Metainfo.LoadAsync(folder["other.torrent"], TestContext.Current.CancellationToken);
        tracked.Trackers.SelectMany(tier => tier).Should().Equal("http://127.0.0.1:9/announce", "http://127.0.0.1:9/more");

        PiecesResult again = await PiecesProcess.RunAsync(command);
        again.ExitCode.Should().Be(13);
        again.StandardError.Should().Contain("already exists");

        PiecesResult written = await PiecesProcess.RunAsync("magnet", seed.TorrentFile, "-o", fetched);
        written.ExitCode.Should().Be(13);
        written.StandardError.Should().Be($"pieces: {fetched}: already exists (--overwrite replaces it)\n");
        (await PiecesProcess.RunAsync("magnet", seed.TorrentFile, "-o", fetched, "--overwrite")).ExitCode.Should().Be(0);
        (await File.ReadAllTextAsync(fetched, TestContext.Current.CancellationToken)).Should().Be(printed.StandardOutput);
    }

    [Fact]
    [Contract("flag --metadata-timeout", "exit 5")]
    public async Task A_magnet_that_nobody_knows_is_given_up_after_the_metadata_timeout()
    {
        using var folder = new TempFolder();
        string hash = Torrent.Metainfo.InfoHash.ToString();
        await using PiecesProcess process = PiecesProcess.Start(
            PiecesCommand.Download(hash, folder["out"], "--no-trackers", "--metadata-timeout", "1s"));
        PiecesResult result = await process.WaitAsync();
        result.ExitCode.Should().Be(5);
        result.StandardError.Should().EndWith($"pieces: {hash}: no usable peer for the metadata in 1s\n");
        Directory.Exists(folder["out"]).Should().BeFalse("nothing was written");

        PiecesResult fetch = await PiecesProcess.RunAsync("magnet", hash, "--no-trackers", "--no-dht", "-p", "0", "--metadata-timeout", "1s");
        fetch.ExitCode.Should().Be(5);
    }

    [Fact]
    public async Task A_signal_while_nothing_is_known_is_its_exit_code()
    {
        using var folder = new TempFolder();
        await using PiecesProcess process = PiecesProcess.Start(
            PiecesCommand.Download(Torrent.Metainfo.InfoHash.ToString(), folder["out"], "--no-trackers"));
        await process.WaitForErrorTextAsync("finding peers");
        await process.SignalAsync("TERM");
        PiecesResult result = await process.WaitAsync();
        result.ExitCode.Should().Be(143);
        result.StandardError.Should().MatchRegex(": no metadata received in [0-9]+s\n.*: not complete; the same command resumes it\n$")
            .And.NotContain(": complete");
    }

    [Theory]
    [Contract("exit 4")]
    [InlineData("magnet:?xt=urn:btih:0", "info-hash \"0\" is 1 characters long")]
    [InlineData("magnet:?dn=x", "has no info-hash")]
    [InlineData("magnet:?xt=urn:btmh:1220caf1e1c30e81cb361b9ee167c4aa64228a7fa4fa9f6105232b28ad099f3a302e", "v2 alone is not supported")]
    public async Task A_bad_link_is_one_line_and_exit_4(string link, string says)
    {
        string name = link.Contains("dn=x", StringComparison.Ordinal) ? "x" : link;
        foreach (string command in (string[])["download", "magnet"])
        {
            PiecesResult result = await PiecesProcess.RunAsync(command, link);
            result.ExitCode.Should().Be(4);
            result.StandardError.Should().StartWith($"pieces: {(name.Length > 80 ? name[..80] + "…" : name)}: ").And.Contain(says)
                .And.MatchRegex("^[^\n]*\n$");
            result.StandardOutput.Should().BeEmpty();
        }
    }

    [Fact]
    public async Task A_summary_tells_which_link_was_bad()
    {
        PiecesResult result = await PiecesProcess.RunAsync(
            "download", "magnet:?xt=urn:btih:zz&tr=http://t.example/0123456789abcdef", "magnet:?dn=Film", "--json");
        result.ExitCode.Should().Be(4);
        result.StandardOutput.Should().NotContain("0123456789abcdef");
        EventLines.Parse(result.StandardOutput).Of("summary").Select(told => told.Text("source"))
            .Should().BeEquivalentTo("magnet:?xt=urn:btih:zz&tr=***", "Film");
    }

    [Fact]
    [Contract("stream secrets-hidden")]
    public async Task A_passkey_in_a_link_is_never_shown()
    {
        using var folder = new TempFolder();
        string link = $"magnet:?xt=urn:btih:{Torrent.Metainfo.InfoHash}&tr=http%3A%2F%2F127.0.0.1%3A9%2F0123456789abcdef0123456789abcdef%2Fannounce";
        await using PiecesProcess process = PiecesProcess.Start(PiecesCommand.Download(link, folder["out"], "-vv", "--metadata-timeout", "2s"));
        PiecesResult result = await process.WaitAsync();
        result.ExitCode.Should().Be(5);
        result.StandardError.Should().Contain("tracker").And.NotContain("0123456789abcdef");
    }

    /// <summary>A process of the program that seeds the torrent.</summary>
    private sealed class Seed : IAsyncDisposable
    {
        private readonly PiecesProcess _process;

        private Seed(PiecesProcess process, string torrentFile, int port)
        {
            _process = process;
            TorrentFile = torrentFile;
            Address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
        }

        public string TorrentFile { get; }

        public string Address { get; }

        public string Link => $"magnet:?xt=urn:btih:{Torrent.Metainfo.InfoHash}&dn=film&x.pe={Address}";

        public static async Task<Seed> StartAsync(TempFolder folder)
        {
            Torrent.WriteContent(folder["data"]);
            string torrentFile = Torrent.WriteTorrent(folder.Path);
            int port = FreePort.Find();
            PiecesProcess process = PiecesProcess.Start(PiecesCommand.Seed(torrentFile, folder["data"], "-p", $"{port}"));
            await process.WaitForErrorTextAsync("seeding");
            return new Seed(process, torrentFile, port);
        }

        public ValueTask DisposeAsync() => _process.DisposeAsync();
    }
}
