using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Storage.Opening;
using Pieces.Storage.Stores;
using Pieces.Tests.Support;

namespace Pieces.Tests.Storage;

[Trait("Tier", "Pure")]
public class DiskTroubleTests
{
    private const int KiB = 1024;

    [Fact]
    public async Task A_full_disk_is_one_clear_line_and_what_is_there_can_be_resumed()
    {
        await using var bench = new StorageHarness();
        var torrent = new TestTorrent("a", 256 * KiB, 64 * KiB);
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        await bench.StoreAsync(storage, torrent, 0);
        bench.Disk.WriteError = new IOException("whatever the system says", 28);
        storage.Pieces.StorePiece(torrent.Layout.Piece(2), bench.Blocks(torrent, 2), new bool[4]);
        DiskFailed failed = await bench.Sink.When<DiskFailed>(_ => true);
        failed.Reason.Error.Should().Be(StorageError.DiskFull);
        failed.Reason.Message.Should().Be($"{bench.PathTo("a")}: cannot write 65536 bytes at offset 131072: no space left on device");
        await bench.CloseAsync(storage);

        bench.Disk.WriteError = null;
        (storage, StorageOpenResult opening) = await bench.OpenAsync(torrent);
        StorageHarness.PiecesOf(opening.Have).Should().Equal([0]);
        await bench.CloseAsync(storage);
    }

    [Fact]
    public async Task A_failed_early_write_says_so_and_leaves_the_buffers_to_their_owner()
    {
        await using var bench = new StorageHarness();
        var torrent = new TestTorrent("a", 256 * KiB, 64 * KiB, seed: 2);
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        bench.Disk.WriteError = new IOException("quota", 122);
        var block = new CandidateBlock(1, bench.Block(torrent, 0, 1));
        storage.Pieces.WriteBlocks(torrent.Layout.Piece(0), [block]);
        (await bench.Sink.When<DiskFailed>(_ => true)).Reason.Error.Should().Be(StorageError.DiskFull);
        block.Data.Dispose();
        await bench.CloseAsync(storage);
    }

    [Fact]
    public async Task A_bug_in_a_job_fails_the_torrent_and_not_the_workers()
    {
        await using var bench = new StorageHarness();
        var torrent = new TestTorrent("a", 256 * KiB, 64 * KiB, seed: 3);
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        bench.Disk.WriteError = new InvalidOperationException("a bug");
        storage.Pieces.StorePiece(torrent.Layout.Piece(0), bench.Blocks(torrent, 0), new bool[4]);
        (await bench.Sink.When<DiskFailed>(_ => true)).Reason.InnerException.Should().BeOfType<InvalidOperationException>();
        bench.Disk.WriteError = null;
        await bench.StoreAsync(storage, torrent, 1);
        await bench.CloseAsync(storage);
    }

    [Fact]
    public async Task Too_little_space_is_noticed_before_anything_is_made()
    {
        await using var bench = new StorageHarness();
        var torrent = new TestTorrent("a", 256 * KiB, 64 * KiB, seed: 4);
        bench.Disk.Free = (256 * KiB) - 1;
        Func<Task> open = () => bench.OpenAsync(torrent);
        (await open.Should().ThrowAsync<StorageException>()).Which.Error.Should().Be(StorageError.DiskFull);
        Directory.GetFileSystemEntries(bench.Folder).Should().BeEmpty();
        bench.Disk.Free = 256 * KiB;
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        await bench.CloseAsync(storage);
    }

    [Fact]
    public async Task Space_that_the_part_file_has_already_is_not_asked_for_again()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs the blocks that a file takes");
        await using var bench = new StorageHarness();
        var torrent = new TestTorrent("a", 1024 * KiB, 64 * KiB, seed: 5);
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        await bench.StoreAsync(storage, torrent, [.. Enumerable.Range(0, 12)]);
        await bench.CloseAsync(storage);
        bench.Disk.Free = 4 * 64 * KiB;
        (storage, _) = await bench.OpenAsync(torrent);
        await bench.CloseAsync(storage);
        bench.Disk.Free = (3 * 64 * KiB) - 1;
        Func<Task> open = () => bench.OpenAsync(torrent);
        (await open.Should().ThrowAsync<StorageException>()).Which.Error.Should().Be(StorageError.DiskFull);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_a_file_error()
    {
        await using var bench = new StorageHarness();
        bench.Write("file", "x"u8);
        var torrent = new TestTorrent("a", 256 * KiB, 64 * KiB, seed: 6);
        Func<Task> open = () => bench.OpenAsync(torrent, o => o with { OutputDirectory = bench.PathTo("file/below") });
        (await open.Should().ThrowAsync<StorageException>()).Which.Error.Should().Be(StorageError.File);
    }

    [Fact]
    public async Task Verifying_names_the_bad_pieces_of_each_file_and_looks_at_part_files_too()
    {
        await using var bench = new StorageHarness();
        var torrent = TestTorrent.OfNames("data", 32 * KiB, ("good", 64 * KiB), ("part", 64 * KiB), ("gone", 64 * KiB), ("empty", 0));
        bench.Write("data/good", torrent.FileBytes(0));
        byte[] part = torrent.FileBytes(1);
        part[40 * KiB] ^= 1;
        bench.Write("data/part.part", part);
        DataCheckResult result = await DataVerifier.RunAsync(torrent.Metainfo, bench.Folder, null, TestContext.Current.CancellationToken);
        result.IsGood.Should().BeFalse();
        result.GoodPieces.Should().Be(3);
        result.BadPieces.Should().Equal([3, 4, 5]);
        result.Files.Select(f => (f.IsGood, f.Exists)).Should().Equal([(true, true), (false, true), (false, false), (false, false)]);
        result.Files[1].BadPieces.Should().Equal([3]);
        result.Files[1].Path.Should().EndWith("part.part");

        bench.Write("data/part.part", torrent.FileBytes(1));
        bench.Write("data/gone", torrent.FileBytes(2));
        bench.Write("data/empty", []);
        result = await DataVerifier.RunAsync(torrent.Metainfo, bench.Folder, null, TestContext.Current.CancellationToken);
        result.IsGood.Should().BeTrue();
    }

    [Fact]
    public async Task A_read_that_was_cancelled_before_it_began_fills_nothing()
    {
        await using var bench = new StorageHarness();
        var torrent = new TestTorrent("a", 64 * KiB, 32 * KiB, seed: 8);
        bench.Write("a", torrent.Bytes);
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        BlockRequest block = torrent.Layout.Block(torrent.Layout.Piece(0), 0);
        Func<Task> read = () => storage.Pieces.ReadAsync(
            [new BlockRead(block, new byte[block.Length])], new CancellationToken(canceled: true)).AsTask();
        await read.Should().ThrowAsync<OperationCanceledException>();
        await bench.CloseAsync(storage);
    }
}
