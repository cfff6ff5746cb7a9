using System.Text;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

/// <summary>A magnet link that is downloaded again, given twice, or used with a folder that is not writable.</summary>
[Trait("Tier", "Loopback")]
public sealed class LinkAgainTests : IDisposable
{
    private const int PieceLength = 16 * 1024;

    private static readonly TestTorrent Torrent = new("film.bin", 20 * PieceLength, PieceLength);

    private readonly TempFolder _folder = new();

    private static string Link => $"magnet:?xt=urn:btih:{Torrent.Metainfo.InfoHash}";

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_same_link_again_after_completion_needs_no_peer()
    {
        var environment = new Dictionary<string, string> { ["XDG_CACHE_HOME"] = _folder["cache"] };
        await using (PiecesProcess seeder = await SeedAsync("17781"))
            (await RunAsync(environment, Link, "--peer", "127.0.0.1:17781")).ExitCode.Should().Be(0);
        PiecesResult again = await RunAsync(environment, Link, "--stall-timeout", "5s");
        again.ExitCode.Should().Be(0, again.StandardError);
        Directory.EnumerateFiles(_folder["cache"], "*", SearchOption.AllDirectories).Should().ContainSingle()
            .Which.Should().EndWith($"links/{Torrent.Metainfo.InfoHash}");
        File.WriteAllText(Path.Combine(_folder["cache"], "pieces", "links", Torrent.Metainfo.InfoHash.ToString()), "d4:name1:xe");
        (await RunAsync(environment, Link, "--stall-timeout", "1s")).ExitCode.Should().Be(5, "what is kept counts by its hash alone");
    }

    [Fact]
    public async Task A_link_that_is_given_twice_has_the_peers_of_both()
    {
        await using PiecesProcess seeder = await SeedAsync("17782");
        PiecesResult result = await RunAsync([], Link, Link + "&x.pe=127.0.0.1:17782");
        result.ExitCode.Should().Be(0, result.StandardError);
        result.StandardError.Should().Contain("given twice; used once, with the trackers and peers of both");
    }

    [Fact]
    public async Task A_torrent_file_that_is_given_twice_has_the_trackers_of_both()
    {
        await using PiecesProcess seeder = await SeedAsync("17783");
        byte[] answer = [.. "d8:intervali1800e5:peers6:"u8, 127, 0, 0, 1, 17783 >> 8, 17783 & 0xFF, (byte)'e'];
        await using ScriptedHttpServer tracker = ScriptedHttpServer.Answering("200 OK", answer);
        string url = tracker.Url("/announce").ToString();
        string second = Path.Combine(Directory.CreateDirectory(_folder["second"]).FullName, "second.torrent");
        File.WriteAllBytes(second, [.. Encoding.UTF8.GetBytes($"d8:announce{url.Length}:{url}"), .. Torrent.TorrentBytes[1..]]);
        PiecesResult result = await RunAsync([], Torrent.WriteTorrent(_folder.Path), second);
        result.ExitCode.Should().Be(0, result.StandardError);
        result.StandardError.Should().Contain("given twice; used once, with the trackers and peers of both");
    }

    [Fact]
    public async Task A_folder_that_nothing_can_be_written_to_is_refused_before_anyone_is_asked()
    {
        await using ScriptedHttpServer tracker = ScriptedHttpServer.Answering("200 OK", "d8:intervali1800e5:peers0:e"u8.ToArray());
        string link = $"{Link}&tr={Uri.EscapeDataString(tracker.Url("/announce").ToString())}";
        PiecesResult result = await RunAsync([], link, "-o", "/proc/nowhere", "--stall-timeout", "5s");
        result.ExitCode.Should().BeOneOf([9, 3], result.StandardError);
        result.StandardError.Should().Contain("/proc: cannot create files in it");
        tracker.Targets.Should().BeEmpty();
    }

    [Fact]
    public async Task A_second_torrent_of_the_same_name_is_told_that_this_run_uses_it()
    {
        string first = Torrent.WriteTorrent(Directory.CreateDirectory(_folder["first"]).FullName);
        string second = new TestTorrent("film.bin", 20 * PieceLength, PieceLength, seed: 2).WriteTorrent(
            Directory.CreateDirectory(_folder["second"]).FullName);
        PiecesResult result = await RunAsync([], first, second, "--stall-timeout", "3s");
        result.StandardError.Should().Contain("another torrent of this run has the same name").And.NotContain("another process");
    }

    private async Task<PiecesProcess> SeedAsync(string port)
    {
        string torrent = Torrent.WriteTorrent(_folder.Path);
        Torrent.WriteContent(Directory.CreateDirectory(_folder["data"]).FullName);
        PiecesProcess seeder = PiecesProcess.Start(PiecesCommand.Seed(torrent, _folder["data"], "-p", port, "--no-lsd"));
        await seeder.WaitForErrorTextAsync("seeding 100");
        return seeder;
    }

    private async Task<PiecesResult> RunAsync(Dictionary<string, string> environment, params string[] more)
    {
        string[] command =
            ["download", .. more, "--no-dht", "--no-lsd", "-p", "0", "--interface", "127.0.0.1", "--progress", "plain", "--deadline", "50s"];
        if (!more.Contains("-o"))
            command = [.. command, "-o", _folder["out"]];
        await using PiecesProcess process = PiecesProcess.Start(command, environment: environment);
        return await process.WaitAsync();
    }
}
