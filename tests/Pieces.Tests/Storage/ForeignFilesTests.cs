using Pieces.Platform;
using Pieces.Storage;
using Pieces.Storage.Files;
using Pieces.Storage.Opening;
using Pieces.Storage.Stores;
using Pieces.Tests.Support;

namespace Pieces.Tests.Storage;

/// <summary>Files of other programs, which must be neither overwritten nor truncated.</summary>
[Trait("Tier", "Pure")]
public class ForeignFilesTests
{
    private const int KiB = 1024;

    [Fact]
    public async Task A_part_file_of_another_program_is_in_the_way_and_stays_as_it_is()
    {
        await using var bench = new StorageHarness();
        bench.Write("a.part", "the user's only copy"u8);
        (await Fault(() => bench.OpenAsync(Four(1)))).Should().Be(StorageError.PathOccupied);
        File.ReadAllText(bench.PathTo("a.part")).Should().Be("the user's only copy");
        Directory.GetFileSystemEntries(bench.Folder).Should().Equal([bench.PathTo("a.part")], "no trace is left");
    }

    [Fact]
    public async Task Overwrite_discards_a_part_file_of_another_program()
    {
        await using var bench = new StorageHarness();
        TestTorrent torrent = Four(2);
        bench.Write("a.part", "the user's only copy"u8);
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent, o => o with { Overwrite = true });
        await CompleteAsync(bench, storage, torrent, 0, 1, 2, 3);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(128 * KiB, false)]
    [InlineData(128 * KiB, true)]
    public async Task A_part_file_that_holds_nothing_is_continued(int length, bool isWritten)
    {
        await using var bench = new StorageHarness();
        TestTorrent torrent = Four(3);
        bench.Write("a.part", isWritten ? new byte[length] : []);
        using (FileStream file = File.OpenWrite(bench.PathTo("a.part")))
            file.SetLength(length);
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        await CompleteAsync(bench, storage, torrent, 0, 1, 2, 3);
    }

    [Fact]
    public async Task A_part_file_that_appears_long_after_a_kill_is_not_taken_for_a_file_whose_record_was_lost()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "files have a time of creation");
        await using var bench = new StorageHarness();
        TestTorrent torrent = Four(4);
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        await bench.KillAsync(storage);
        string state = Path.Combine(bench.Folder, ".a.pieces", "state");
        File.SetLastWriteTimeUtc(state, File.GetLastWriteTimeUtc(state).AddHours(-1));
        bench.Write("a.part", "the user's only copy"u8);
        (await Fault(() => bench.OpenAsync(torrent))).Should().Be(StorageError.PathOccupied);
        File.ReadAllText(bench.PathTo("a.part")).Should().Be("the user's only copy");

        File.SetLastWriteTimeUtc(state, DateTime.UtcNow);
        (storage, _) = await bench.OpenAsync(torrent);
        await CompleteAsync(bench, storage, torrent, 0, 1, 2, 3);
    }

    [Fact]
    public async Task A_part_file_that_the_state_names_is_continued_without_a_good_piece()
    {
        await using var bench = new StorageHarness();
        TestTorrent torrent = Four(4);
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        await bench.StoreAsync(storage, torrent, 0);
        await bench.CloseAsync(storage);
        using (FileStream file = File.OpenWrite(bench.PathTo("a.part")))
            file.WriteByte((byte)(torrent.Bytes[0] ^ 1));
        (storage, StorageOpenResult opening) = await bench.OpenAsync(torrent);
        opening.Have.Count.Should().Be(0);
        await CompleteAsync(bench, storage, torrent, 0, 1, 2, 3);
    }

    [Fact]
    public async Task A_file_that_is_longer_is_kept_and_its_good_pieces_are_copied()
    {
        await using var bench = new StorageHarness();
        TestTorrent torrent = Four(5);
        byte[] longer = [.. torrent.Bytes, .. "and what the user wrote behind it"u8];
        longer[0] ^= 1;
        bench.Write("a", longer);
        (TorrentStorage storage, StorageOpenResult opening) = await bench.OpenAsync(torrent);
        StorageHarness.PiecesOf(opening.Have).Should().Equal([1, 2, 3]);
        File.ReadAllBytes(bench.PathTo("a.kept")).Should().Equal(longer);
        await CompleteAsync(bench, storage, torrent, 0);
        File.ReadAllBytes(bench.PathTo("a.kept")).Should().Equal(longer);
    }

    [Fact]
    public async Task A_file_that_was_changed_after_its_completion_is_kept()
    {
        await using var bench = new StorageHarness();
        var torrent = TestTorrent.OfNames("data", 32 * KiB, ("a", 64 * KiB), ("b", 64 * KiB));
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        await bench.StoreAsync(storage, torrent, 0, 1);
        await bench.Sink.When<FileFinished>(_ => true);
        await bench.CloseAsync(storage);
        byte[] edited = torrent.FileBytes(0);
        edited[7] ^= 1;
        await File.WriteAllBytesAsync(bench.PathTo("data/a"), edited, TestContext.Current.CancellationToken);
        File.SetLastWriteTimeUtc(bench.PathTo("data/a"), DateTime.UtcNow.AddMinutes(1));
        (storage, StorageOpenResult opening) = await bench.OpenAsync(torrent);
        StorageHarness.PiecesOf(opening.Have).Should().Equal([1]);
        File.ReadAllBytes(bench.PathTo("data/a.kept")).Should().Equal(edited);
        await bench.StoreAsync(storage, torrent, 0, 2, 3);
        await bench.CloseAsync(storage);
        File.ReadAllBytes(bench.PathTo("data/a")).Should().Equal(torrent.FileBytes(0));
    }

    [Fact]
    public async Task Room_that_another_program_made_is_used_beside_good_files()
    {
        await using var bench = new StorageHarness();
        var torrent = TestTorrent.OfNames("data", 32 * KiB, ("a", 64 * KiB), ("b", 64 * KiB));
        bench.Write("data/a", torrent.FileBytes(0));
        bench.Write("data/b", new byte[64 * KiB]);
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        await bench.StoreAsync(storage, torrent, 2, 3);
        await bench.CloseAsync(storage);
        File.ReadAllBytes(bench.PathTo("data/b")).Should().Equal(torrent.FileBytes(1));
    }

    [Fact]
    public async Task A_file_of_zeros_alone_is_in_the_way()
    {
        await using var bench = new StorageHarness();
        bench.Write("a", new byte[128 * KiB]);
        (await Fault(() => bench.OpenAsync(Four(8)))).Should().Be(StorageError.PathOccupied);
    }

    [Fact]
    public async Task A_file_in_the_place_of_a_part_file_does_not_get_the_final_name()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "no number tells files apart here");
        await using var bench = new StorageHarness();
        var torrent = TestTorrent.OfNames("data", 32 * KiB, seed: 9, ("a", 64 * KiB), ("b", 64 * KiB));
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        await bench.StoreAsync(storage, torrent, 0);
        File.Move(bench.PathTo("data/a.part"), bench.PathTo("data/mine"));
        bench.Write("data/a.part", "another file"u8);

        // The last piece is written through the handle that is still open.
        BlockBuffer?[] blocks = bench.Blocks(torrent, 1);
        storage.Pieces.StorePiece(torrent.Layout.Piece(1), blocks, new bool[blocks.Length]);
        (await bench.Sink.When<DiskFailed>(_ => true)).Reason.Message.Should().Contain("was replaced");
        File.ReadAllText(bench.PathTo("data/a.part")).Should().Be("another file");
        File.Exists(bench.PathTo("data/a")).Should().BeFalse();
    }

    [Fact]
    public async Task A_part_file_that_was_replaced_is_not_written()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "no number tells files apart here");
        await using var bench = new StorageHarness { Handles = new HandleCache(1) };
        var torrent = TestTorrent.OfNames("data", 32 * KiB, ("a", 64 * KiB), ("b", 64 * KiB));
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        await bench.StoreAsync(storage, torrent, 0, 2);
        File.Move(bench.PathTo("data/a.part"), bench.PathTo("data/mine"));
        bench.Write("data/a.part", "another file"u8);
        BlockBuffer?[] blocks = bench.Blocks(torrent, 1);
        storage.Pieces.StorePiece(torrent.Layout.Piece(1), blocks, new bool[blocks.Length]);
        (await bench.Sink.When<DiskFailed>(_ => true)).Reason.Message.Should().Contain("was replaced");
        File.ReadAllText(bench.PathTo("data/a.part")).Should().Be("another file");
    }

    [Fact]
    public async Task A_lock_that_another_process_made_anew_is_not_taken_for_the_first()
    {
        await using var bench = new StorageHarness();
        using DirectoryHandle directory = CurrentPlatform.Files.OpenDirectory(bench.Folder);
        var paths = new StoragePaths(Four(10).Metainfo, directory);
        using var first = StorageLock.Take(paths);
        first.IsKept.Should().BeTrue();
        FluentActions.Invoking(() => StorageLock.Take(paths)).Should().Throw<StorageException>().Which.Error.Should().Be(StorageError.Locked);
        HiddenFolder.TryRemove(paths, first).Should().BeNull();
        using var second = StorageLock.Take(paths);
        paths.Lock.IsLocked().Should().BeTrue();
    }

    private static TestTorrent Four(int seed) => new("a", 128 * KiB, 32 * KiB, seed);

    private static async Task CompleteAsync(StorageHarness bench, TorrentStorage storage, TestTorrent torrent, params int[] pieces)
    {
        await bench.StoreAsync(storage, torrent, pieces);
        await bench.CloseAsync(storage);
        File.ReadAllBytes(bench.PathTo("a")).Should().Equal(torrent.Bytes);
    }

    private static async Task<StorageError> Fault(Func<Task> act) => (await act.Should().ThrowAsync<StorageException>()).Which.Error;
}
