using Pieces.Metadata;
using Pieces.Platform;
using Pieces.Storage.Files;
using Pieces.Storage.Opening;
using Pieces.Storage.Stores;
using Pieces.Tests.Support;

namespace Pieces.Tests.Storage;

/// <summary>Which names files have on the disk, and that every command uses the same names.</summary>
[Trait("Tier", "Pure")]
public class StoredNamesTests
{
    private const int KiB = 1024;

    private static readonly TestTorrent Odd = TestTorrent.OfNames(
        "data", 16 * KiB, ("who?.txt", 20 * KiB), ("README", 20 * KiB), ("readme", 20 * KiB));

    [Fact]
    public async Task A_disk_that_takes_every_name_gets_every_name()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "disks of other systems take fewer names");
        await using var bench = new StorageHarness();
        await DownloadAsync(bench, isPortable: false);
        NamesIn(bench).Should().Equal("README", "readme", "who?.txt");
    }

    [Fact]
    public async Task Portable_names_are_found_by_every_later_run_and_command()
    {
        await using var bench = new StorageHarness();
        (TorrentStorage storage, StorageOpenResult opening) = await bench.OpenAsync(Odd, o => o with { PortableNames = true });
        opening.Warnings.Should().ContainSingle().Which.Should().Contain("does not accept every name");
        await bench.StoreAsync(storage, Odd, 0, 1);
        await bench.CloseAsync(storage);

        // The names are taken first from the resume state, and later from the existing files.
        (storage, opening) = await bench.OpenAsync(Odd);
        opening.Have.Count.Should().Be(2);
        await bench.StoreAsync(storage, Odd, 2, 3);
        await bench.CloseAsync(storage);
        NamesIn(bench).Should().Equal("README", "readme.1", "who_.txt");
        (storage, opening) = await bench.OpenAsync(Odd);
        opening.Have.IsFull.Should().BeTrue();
        opening.Files.Select(file => file.Path[^1]).Should().Equal("who_.txt", "README", "readme.1");
        await bench.CloseAsync(storage);
        (await DataVerifier.RunAsync(Odd.Metainfo, bench.Folder, null, TestContext.Current.CancellationToken)).IsGood.Should().BeTrue();
    }

    [Fact]
    public async Task Data_with_decomposed_names_is_used_as_it_is()
    {
        await using var bench = new StorageHarness();
        var torrent = TestTorrent.OfNames("data", 16 * KiB, ("caf\u00E9/Vi\u1EC7t \uD55C.txt", 20 * KiB), ("b", 20 * KiB));
        bench.Write("data/cafe\u0301/Vie\u0323\u0302t \u1112\u1161\u11AB.txt", torrent.FileBytes(0));
        bench.Write("data/b", torrent.FileBytes(1));
        (TorrentStorage storage, StorageOpenResult opening) = await bench.OpenAsync(torrent);
        opening.Have.IsFull.Should().BeTrue();
        opening.Warnings.Should().ContainSingle().Which.Should().Contain("decomposed");
        await bench.CloseAsync(storage);
        (await DataVerifier.RunAsync(torrent.Metainfo, bench.Folder, null, TestContext.Current.CancellationToken)).IsGood.Should().BeTrue();
    }

    [Theory]
    [InlineData(248)]
    [InlineData(255)]
    public async Task A_name_as_long_as_the_disk_takes_is_used_by_every_command(int length)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "disks of other systems take fewer names");
        await using var bench = new StorageHarness();
        string name = new('n', length);
        var torrent = TestTorrent.OfNames("data", 16 * KiB, (name, 20 * KiB), ("b", 20 * KiB));
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        await bench.StoreAsync(storage, torrent, 0, 1, 2);
        await bench.CloseAsync(storage);
        NamesIn(bench).Should().Equal("b", name);
        (await DataVerifier.RunAsync(torrent.Metainfo, bench.Folder, null, TestContext.Current.CancellationToken)).IsGood.Should().BeTrue();
    }

    [Fact]
    public void The_disk_is_asked_and_left_as_it_was()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "disks of other systems take fewer names");
        string folder = Directory.CreateTempSubdirectory("pieces-test-").FullName;
        using (DirectoryHandle directory = CurrentPlatform.Files.OpenDirectory(folder))
            DiskProbe.Run(directory).Should().Be(NameRules.Of(PathRules.Posix));
        Directory.EnumerateFileSystemEntries(folder).Should().BeEmpty();
        Directory.Delete(folder);
    }

    [Fact]
    public void Rules_survive_the_state()
    {
        foreach (PathRules rules in Enum.GetValues<PathRules>())
            NameRules.Read(NameRules.Of(rules).Code).Should().Be(NameRules.Of(rules));
        NameRules.Read(NameRules.Portable.Code).Should().Be(NameRules.Portable);
        NameRules.Read(0).Should().BeNull();
    }

    private static async Task DownloadAsync(StorageHarness bench, bool isPortable)
    {
        (TorrentStorage storage, _) = await bench.OpenAsync(Odd, o => o with { PortableNames = isPortable });
        await bench.StoreAsync(storage, Odd, 0, 1, 2, 3);
        await bench.CloseAsync(storage);
    }

    private static string[] NamesIn(StorageHarness bench) =>
        [.. Directory.EnumerateFiles(bench.PathTo("data")).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
}
