using System.Globalization;
using System.Text;
using Pieces.Tests.Contract;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

/// <summary>Many sources in one run.</summary>
[Trait("Tier", "Loopback")]
public class QueueProcessTests
{
    private const int MiB = 1024 * 1024;

    [Fact]
    [Contract("flag {-i,-j}", "flag --input -")]
    public async Task Fifty_small_torrents_come_eight_at_a_time()
    {
        using var folder = new TempFolder();
        TestTorrent[] torrents =
            [.. Enumerable.Range(0, 50).Select(i => new TestTorrent($"t{i:d2}.bin", 3 * 32 * 1024, 32 * 1024, seed: i))];
        var list = new StringBuilder("# all of them\r\n\r\n");
        foreach (TestTorrent torrent in torrents)
        {
            torrent.WriteContent(folder["data"]);
            list.Append(CultureInfo.InvariantCulture, $"{torrent.WriteTorrent(folder.Path)}\r\n");
        }

        string listPath = folder.Write("list", Encoding.UTF8.GetBytes(list.ToString()));
        int port = FreePort.Find();
        await using PiecesProcess seeder = PiecesProcess.Start(
            ["seed", "-i", listPath, "--data", folder["data"], "--no-trackers", "--no-dht", "--interface", "127.0.0.1",
            "-p", port.ToString(CultureInfo.InvariantCulture), "--json"]);
        await seeder.WaitForOutputTextAsync(torrents[^1].Metainfo.InfoHash.ToString());

        await using PiecesProcess leecher = PiecesProcess.Start(
            ["download", "-i", "-", "-j", "8", "-o", folder["out"], "--no-trackers", "--no-dht", "--interface", "127.0.0.1",
            "-p", "0", "--deadline", "50s", "--peer", $"127.0.0.1:{port}", "--json"], input: Encoding.UTF8.GetBytes(list.ToString()));
        long memory = await leecher.PeakMemoryAsync();
        PiecesResult result = await leecher.WaitAsync();
        result.ExitCode.Should().Be(0, result.StandardOutput);
        EventLines.Parse(result.StandardOutput).Of("summary").Should().HaveCount(50);
        foreach (TestTorrent torrent in torrents)
            File.Exists(Path.Combine(folder["out"], torrent.Name)).Should().BeTrue();
        if (PiecesProcess.IsNative && OperatingSystem.IsLinux())
            memory.Should().BeLessThan(64 * MiB);
    }

    [Fact]
    [Contract("exit 12", "exit-12 same-reason-gives-that-code")]
    public async Task Different_failures_are_12_and_the_good_one_is_there()
    {
        using var folder = new TempFolder();
        var torrent = new TestTorrent("good.bin", 100_000, 32 * 1024);
        torrent.WriteContent(folder["out"]);
        folder.Write("bad.torrent", "no"u8.ToArray());
        string list = $"{folder["bad.torrent"]}\n{folder["nowhere"]}\n{torrent.WriteTorrent(folder.Path)}\n";
        PiecesResult result = await RunListAsync(folder, list);
        result.ExitCode.Should().Be(12);
        result.StandardError.Split('\n').Count(line => line.StartsWith("pieces: ", StringComparison.Ordinal)).Should().Be(2);
        result.StandardError.Should().MatchRegex(
            @"good\.bin: complete, 97\.7 KiB in \d+s; nothing had to be downloaded, 0 B uploaded, ratio 0\.00\n");
        (await RunListAsync(folder, $"{folder["nowhere"]}\n{folder["nowhere-else"]}\n")).ExitCode.Should().Be(3);
    }

    [Fact]
    [Contract("source url", "flag -j")]
    public async Task A_url_is_loaded_when_its_turn_comes()
    {
        using var folder = new TempFolder();
        var first = new TestTorrent("first.bin", 2 * MiB, 32 * 1024);
        var second = new TestTorrent("second.bin", 100_000, 32 * 1024, seed: 2);
        second.WriteContent(folder["out"]);
        await using var seeder = new RecordingSeeder(first, MiB);
        bool wasThere = false;
        await using var web = new ScriptedHttpServer(async (_, stream, cancellationToken) =>
        {
            wasThere = File.Exists(folder["out/first.bin"]);
            await ScriptedHttpServer.AnswerAsync(stream, "200 OK", second.TorrentBytes, "", cancellationToken);
        });
        PiecesResult result = await PiecesProcess.RunAsync(PiecesCommand.DownloadFrom(
            seeder.Address, first.WriteTorrent(folder.Path), folder["out"], web.Url("/second.torrent").ToString(), "-j", "1"));
        result.ExitCode.Should().Be(0, result.StandardError);
        wasThere.Should().BeTrue("the first is complete before the second is asked for");
    }

    private static async Task<PiecesResult> RunListAsync(TempFolder folder, string list)
    {
        await using PiecesProcess process = PiecesProcess.Start(
            ["download", "-i", "-", "-o", folder["out"], "--no-trackers", "--no-dht", "--interface", "127.0.0.1", "-p", "0", "--progress", "plain"],
            input: Encoding.UTF8.GetBytes(list));
        return await process.WaitAsync();
    }
}
