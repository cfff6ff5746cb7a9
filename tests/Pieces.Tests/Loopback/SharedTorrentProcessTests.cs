using System.Diagnostics;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

[Trait("Tier", "Loopback")]
public class SharedTorrentProcessTests
{
    private const long MostMemory = 64L * 1024 * 1024;

    [Fact]
    public async Task Show_says_of_every_shared_torrent_what_is_expected_in_one_line_where_it_refuses()
    {
        var wrong = new List<string>();
        foreach ((string path, string expected, string strictness, string format) in Expectations())
        {
            PiecesResult result = await PiecesProcess.RunAsync("show", path);
            bool isRefusedAsV2 = result.ExitCode == 4 && result.StandardError.Contains("BitTorrent v2", StringComparison.Ordinal);
            bool isOneLine = result.StandardError.Split('\n').Length == 2 && !result.StandardError.Contains("   at ", StringComparison.Ordinal);
            bool isRight = strictness switch
            {
                _ when result.ExitCode is not (0 or 4) || (result.ExitCode == 4 && !isOneLine) => false,
                "reject-ok" or "accept-ok" => true,
                _ when format == "v2" && isRefusedAsV2 => true,
                _ => (expected == "valid") == (result.ExitCode == 0),
            };
            if (!isRight)
                wrong.Add($"{Path.GetFileName(path)}: {result.ExitCode}, {result.StandardError}");
        }

        wrong.Should().BeEmpty();
    }

    [Fact(Explicit = true)]
    public async Task Show_takes_less_than_a_second_and_64_MiB_for_every_shared_torrent()
    {
        foreach ((string path, _, _, _) in Expectations())
        {
            long began = Stopwatch.GetTimestamp();
            await using PiecesProcess process = PiecesProcess.Start(["show", path]);
            long peak = await process.PeakMemoryAsync();
            TimeSpan took = Stopwatch.GetElapsedTime(began);
            TestOutput.Write($"{Path.GetFileName(path)}: {took.TotalMilliseconds:f0} ms, {peak / 1024} KiB");
            took.Should().BeLessThan(TimeSpan.FromSeconds(1), path);
            peak.Should().BeLessThan(MostMemory, path);
        }
    }

    [Fact]
    public async Task Download_of_a_shared_torrent_touches_nothing_outside_its_folder()
    {
        using var folder = new TempFolder();
        string[] paths = [.. Expectations().Select(expectation => expectation.Path).Where(path => new FileInfo(path).Length < 100_000)];
        for (int i = 0; i < paths.Length; i += 8)
            await Task.WhenAll(
                paths[i..Math.Min(paths.Length, i + 8)].Select(path => TryDownloadAsync(path, folder[Path.GetFileNameWithoutExtension(path)])));
    }

    private static async Task TryDownloadAsync(string torrent, string sandbox)
    {
        string output = Path.Combine(sandbox, "one", "two", "three");
        Directory.CreateDirectory(output);
        foreach (string around in (string[])[sandbox, Path.Combine(sandbox, "one"), Path.Combine(sandbox, "one", "two")])
            await File.WriteAllTextAsync(Path.Combine(around, "temp"), "sentinel");
        string[] before = TreeWithout(sandbox, output);

        await using PiecesProcess process = PiecesProcess.Start(
            PiecesCommand.Download(torrent, output, "--no-trackers", "--stall-timeout", "1s"), workingDirectory: Path.Combine(sandbox, "one"));
        PiecesResult result = await process.WaitAsync();

        result.ExitCode.Should().BeOneOf([0, 4, 5, 8, 9, 13], "{0}: {1}", torrent, result.StandardError);
        TreeWithout(sandbox, output).Should().Equal(before, torrent);
        foreach (string entry in Directory.EnumerateFileSystemEntries(output, "*", SearchOption.AllDirectories))
            new FileInfo(entry).LinkTarget.Should().BeNull(entry);
    }

    private static string[] TreeWithout(string root, string output) =>
    [
        .. Directory.EnumerateFileSystemEntries(root, "*", SearchOption.AllDirectories)
            .Where(entry => !entry.StartsWith(output + "/", StringComparison.Ordinal))
            .Select(entry => File.Exists(entry) ? $"{entry}: {File.ReadAllText(entry)}" : entry)
            .Order(StringComparer.Ordinal),
    ];

    private static List<(string Path, string Expected, string Strictness, string Format)> Expectations()
    {
        string folder = Path.Combine(Repository.Root, "..", "shared", "torrents", "libtorrent");
        if (!Directory.Exists(folder))
            folder = Path.Combine(Repository.Root, "..", "..", "shared", "torrents", "libtorrent");
        if (!Directory.Exists(folder))
            Assert.Skip("the shared torrents are not beside the repository");
        return [.. File.ReadLines(Path.Combine(folder, "EXPECTED.tsv")).Skip(1).Select(line => line.Split('\t'))
            .Select(columns => (Path.Combine(folder, columns[0]), columns[1], columns[2], columns[3]))];
    }
}
