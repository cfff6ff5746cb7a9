using System.Diagnostics;
using System.Text;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

/// <summary>A name server that never replies, in a separate network namespace.</summary>
[LongChain(Seconds = 20)]
[Trait("Tier", "Loopback")]
public class SilentNamesTests
{
    private const int Names = 200;

    private static readonly TestTorrent Torrent = new("film.bin", 1024 * 1024, 64 * 1024);
    private static readonly TestTorrent Other = new("other.bin", 1024 * 1024, 64 * 1024, seed: 2);

    [Fact]
    public async Task Peers_with_names_hold_up_neither_the_other_torrent_nor_the_end()
    {
        using var space = new NetworkSpace();
        using var folder = new TempFolder();
        await using PiecesProcess server = await SilenceAsync(space);
        await using PiecesProcess seeder = await SeedAsync(space, folder);
        await using PiecesProcess process = PiecesProcess.Start(
            [
                "download", LinkWithNames(), folder["film.bin.torrent"], "-o", folder["out"], "--peer", "127.0.0.1:7000", "-p", "0", "--no-dht",
                "--no-lsd", "--seed", "-v"
            ],
            shell: Silently(space, folder));
        await process.WaitForErrorTextAsync("names of peers are not resolved");
        await process.WaitForErrorTextAsync("complete");
        await process.WaitForErrorTextAsync("cannot be resolved");

        // A lookup is running now. Its thread will wait for the name server for at least 5 s.
        long begun = Stopwatch.GetTimestamp();
        await process.SignalAsync("INT");
        PiecesResult result = await process.WaitAsync();
        Stopwatch.GetElapsedTime(begun).Should().BeLessThan(TimeSpan.FromSeconds(4), "nobody waits for a look-up");
        result.ExitCode.Should().Be(130, result.StandardError);
        result.StandardError.Should().NotContain("did not end");
        Torrent.ShouldBeCompleteIn(folder["out"]);
        foreach (string name in result.StandardError.Split('\n').Where(line => line.Contains("cannot be resolved", StringComparison.Ordinal)))
            result.StandardError.Split(name).Length.Should().Be(2, "there is one line for each name");
    }

    [Fact]
    public async Task Trackers_with_names_hold_up_neither_the_other_torrent_nor_the_end()
    {
        using var space = new NetworkSpace();
        using var folder = new TempFolder();
        await using PiecesProcess server = await SilenceAsync(space);
        await using PiecesProcess seeder = await SeedAsync(space, folder);
        string trackers = string.Concat(Enumerable.Range(0, Names).Select(i => $"&tr=http%3A%2F%2Ft{i}.example%2Fannounce"));
        await using PiecesProcess process = PiecesProcess.Start(
            [
                "download", $"magnet:?xt=urn:btih:{Other.Metainfo.InfoHash}{trackers}", folder["film.bin.torrent"], "-o", folder["out"],
                "--peer", "127.0.0.1:7000", "-p", "0", "--no-dht", "--no-lsd", "-v",
            ],
            shell: Silently(space, folder));
        await process.WaitForErrorTextAsync("complete");
        long begun = Stopwatch.GetTimestamp();
        await process.SignalAsync("INT");
        (await process.WaitAsync()).ExitCode.Should().Be(130);
        Stopwatch.GetElapsedTime(begun).Should().BeLessThan(TimeSpan.FromSeconds(4), "nobody waits for a look-up");
        Torrent.ShouldBeCompleteIn(folder["out"]);
    }

    [Fact]
    public async Task The_host_of_a_torrent_url_is_named_when_it_has_no_address()
    {
        using var space = new NetworkSpace();
        using var folder = new TempFolder();
        await using PiecesProcess server = await SilenceAsync(space);
        string shell = Silently(space, folder, "options timeout:1 attempts:1\n");
        await using PiecesProcess process = PiecesProcess.Start(["download", "http://nohost.example/a.torrent", "-o", folder["out"]], shell: shell);
        PiecesResult result = await process.WaitAsync();
        result.ExitCode.Should().Be(3);
        result.StandardError.Should().Be(
            "pieces: http://nohost.example/a.torrent: no address for nohost.example: the name server does not respond\n");
    }

    private static string LinkWithNames() => string.Concat(
        $"magnet:?xt=urn:btih:{Other.Metainfo.InfoHash}", string.Concat(Enumerable.Range(0, Names).Select(i => $"&x.pe=p{i}.example:{7000 + i}")));

    private static async Task<PiecesProcess> SeedAsync(NetworkSpace space, TempFolder folder)
    {
        string torrent = Torrent.WriteTorrent(folder.Path);
        Torrent.WriteContent(folder["data"]);
        PiecesProcess seeder = PiecesProcess.Start(
            ["seed", torrent, "--data", folder["data"], "--no-trackers", "--no-dht", "--no-lsd", "-p", "7000", "--progress", "plain"],
            shell: space.Shell);
        await seeder.WaitForErrorTextAsync("seeding");
        return seeder;
    }

    // A socket that never replies takes the place of the name server. Only the program sees the changed file.
    private static async Task<PiecesProcess> SilenceAsync(NetworkSpace space)
    {
        const string Silent = "import socket, threading; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('127.0.0.1', 53)); "
            + "print('ready', flush=True); threading.Event().wait()";
        PiecesProcess server = PiecesProcess.StartProgram([.. space.Prefix, RealProcess.Find("python3"), "-c", Silent], null, null);
        await server.WaitForOutputTextAsync("ready");
        return server;
    }

    private static string Silently(NetworkSpace space, TempFolder folder, string options = "")
    {
        string file = folder["resolv.conf"];
        File.WriteAllText(file, "nameserver 127.0.0.1\n" + options, Encoding.ASCII);
        return $"{space.Shell} && set -- \"${{@:1:4}}\" unshare -m sh -c 'mount --bind \"{file}\" /etc/resolv.conf && exec \"$@\"' sh \"${{@:5}}\"";
    }
}
