using System.Globalization;
using System.Text;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

/// <summary>Torrents with as many files as the largest torrents in use.</summary>
[Trait("Tier", "Loopback")]
public class ManyFilesTests
{
    private const long MiB = 1024 * 1024;
    private const int FileLength = 1000;
    private const int PieceLength = 1024 * 1024;

    // The managed program also needs memory for the compiler and the heap of the runtime.
    private static readonly long MostMemory = PiecesProcess.IsNative ? 200 * MiB : 400 * MiB;

    [Theory]
    [InlineData(300_000, false)]
    [InlineData(160_000, true)]
    public async Task A_torrent_of_very_many_files_is_shown_within_200_MiB(int files, bool hasSums)
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder["many.torrent"], TorrentOf(files, hasSums));
        await using PiecesProcess process = PiecesProcess.Start(["show", folder["many.torrent"]]);
        long peak = await process.PeakMemoryAsync();
        PiecesResult result = await process.WaitAsync();
        result.ExitCode.Should().Be(0, result.StandardError);
        result.StandardOutput.Should().Contain(string.Create(CultureInfo.InvariantCulture, $"files:        {files}\n"));
        TestOutput.Write($"{files} files: {peak / MiB} MiB");
        if (OperatingSystem.IsLinux())
            peak.Should().BeLessThanOrEqualTo(MostMemory);
    }

    // Each folder contains at most 1,000 files. The checksums are the fields that archive.org adds to each file.
    private static byte[] TorrentOf(int files, bool hasSums)
    {
        string before = hasSums ? "5:crc328:deadbeef" : "";
        string between = hasSums ? $"3:md532:{new string('0', 32)}5:mtime10:1500000000" : "";
        string after = hasSums ? $"4:sha140:{new string('0', 40)}" : "";
        var text = new StringBuilder("d4:infod5:filesl");
        for (int i = 0; i < files; i++)
        {
            string name = i.ToString(CultureInfo.InvariantCulture) + ".jpg";
            text.Append(CultureInfo.InvariantCulture, $"d{before}6:lengthi{FileLength}e{between}4:pathl4:{i % 1000:d4}{name.Length}:{name}e{after}e");
        }

        int hashes = (int)((((long)files * FileLength) + PieceLength - 1) / PieceLength) * 20;
        text.Append(CultureInfo.InvariantCulture, $"e4:name4:many12:piece lengthi{PieceLength}e6:pieces{hashes}:{new string('h', hashes)}ee");
        return Encoding.ASCII.GetBytes(text.ToString());
    }
}
