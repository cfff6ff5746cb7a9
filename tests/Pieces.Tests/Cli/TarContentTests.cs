using System.Formats.Tar;
using System.Text;
using Pieces.Cli.Streaming;
using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Storage.Opening;
using Pieces.Storage.Streaming;
using Pieces.Tests.Storage;
using Pieces.Tests.Support;

namespace Pieces.Tests.Cli;

[Trait("Tier", "Pure")]
public class TarContentTests
{
    private const int PieceLength = 32 * 1024;
    private static readonly string Long = new('l', 150);

    private static readonly TestTorrent Torrent = TestTorrent.OfNames(
        "data",
        PieceLength,
        ("empty", 0),
        ("Übung/日本 & 한국.bin", 70_000),
        (".pad/1", PieceLength - (70_000 % PieceLength)),
        ($"{Long}/{Long}/{Long}.bin", 513),
        ("last", 100_000),
        ("empty last", 0));

    [Fact]
    public async Task Names_of_any_length_and_script_and_empty_files_come_through()
    {
        using var tar = new MemoryStream(await WriteAsync());
        await using var reader = new TarReader(tar);
        foreach (int file in new[] { 0, 1, 3, 4, 5 })
        {
            TarEntry entry = (await reader.GetNextEntryAsync(copyData: false, TestContext.Current.CancellationToken))!;
            entry.Name.Should().Be(Torrent.Metainfo.Files[file].RelativePath);
            entry.EntryType.Should().Be(TarEntryType.RegularFile);
            using var content = new MemoryStream();
            entry.DataStream?.CopyTo(content);
            content.ToArray().Should().Equal(Torrent.FileBytes(file));
        }

        (await reader.GetNextEntryAsync(cancellationToken: TestContext.Current.CancellationToken)).Should().BeNull();
    }

    [Fact]
    public async Task Nothing_of_this_machine_or_moment_is_in_it()
    {
        byte[] bytes = await WriteAsync();
        using var tar = new MemoryStream(bytes);
        await using var reader = new TarReader(tar);
        while (await reader.GetNextEntryAsync(cancellationToken: TestContext.Current.CancellationToken) is { } entry)
        {
            entry.Format.Should().Be(TarEntryFormat.Pax);
            entry.Uid.Should().Be(0);
            entry.Gid.Should().Be(0);
            entry.ModificationTime.Should().Be(DateTimeOffset.UnixEpoch);
            Convert.ToString((int)entry.Mode, 8).Should().Be("644");
        }

        Encoding.Latin1.GetString(bytes).Should().Contain("./PaxHeaders/.").And.NotContain($"PaxHeaders.{Environment.ProcessId}");
        (await WriteAsync()).Should().Equal(bytes);
    }

    private static async Task<byte[]> WriteAsync()
    {
        await using var bench = new StorageHarness();
        var options = new StorageOptions
        {
            Metainfo = Torrent.Metainfo,
            OutputDirectory = bench.Folder,
            Queue = bench.Queue,
            Handles = bench.Handles,
            Sink = bench.Sink,
        };
        await using var storage = new StreamStorage(options, new StreamOptions { Target = new CollectingTarget(), TemporaryFolder = bench.Folder });
        await storage.OpenAsync(null, TestContext.Current.CancellationToken);
        for (int i = 0; i < Torrent.Layout.PieceCount; i++)
        {
            BlockBuffer?[] blocks = bench.Blocks(Torrent, i);
            storage.Pieces.StorePiece(new PieceIndex(i), blocks, new bool[blocks.Length]);
        }

        using var output = new MemoryStream();
        await Task.Run(() => TarContent.Write(storage.Files, output), TestContext.Current.CancellationToken);
        return output.ToArray();
    }
}
