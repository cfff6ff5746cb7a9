using Pieces.Metadata;
using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Storage.Files;
using Pieces.Storage.Opening;
using Pieces.Storage.Stores;
using Pieces.Tests.Support;

namespace Pieces.Tests.Storage;

[Trait("Tier", "Pure")]
public class TorrentStorageTests
{
    private const int KiB = 1024;

    [Fact]
    public async Task A_file_has_its_part_name_until_its_last_piece_is_stored_and_the_hidden_folder_goes_then()
    {
        await using var bench = new StorageHarness();
        var torrent = new TestTorrent("a.iso", 100 * KiB, 32 * KiB);
        (TorrentStorage storage, StorageOpenResult opening) = await bench.OpenAsync(torrent);
        opening.Have.Count.Should().Be(0);

        await bench.StoreAsync(storage, torrent, 3, 0, 1);
        File.Exists(bench.PathTo("a.iso")).Should().BeFalse();
        File.Exists(bench.PathTo("a.iso.part")).Should().BeTrue();
        Directory.Exists(bench.PathTo(".a.iso.pieces")).Should().BeTrue();

        await bench.StoreAsync(storage, torrent, 2);
        FileFinished finished = await bench.Sink.When<FileFinished>(_ => true);
        finished.Path.Should().Be(bench.PathTo("a.iso"));
        await bench.CloseAsync(storage);
        File.ReadAllBytes(bench.PathTo("a.iso")).Should().Equal(torrent.Bytes);
        Directory.EnumerateFileSystemEntries(bench.Folder).Should().Equal([bench.PathTo("a.iso")]);
        bench.Disk.Order.Should().Contain("flush", "the name is the proof that the bytes are on the disk");
    }

    [Fact]
    public async Task Complete_data_is_used_as_it_is_and_no_hidden_folder_is_made()
    {
        await using var bench = new StorageHarness();
        var torrent = TestTorrent.OfNames("data", 32 * KiB, ("a", 50 * KiB), ("empty", 0), ("b/c", 30 * KiB));
        bench.Write("data/a", torrent.FileBytes(0));
        bench.Write("data/empty", []);
        bench.Write("data/b/c", torrent.FileBytes(2));
        (TorrentStorage storage, StorageOpenResult opening) = await bench.OpenAsync(torrent);
        opening.Have.IsFull.Should().BeTrue();
        opening.FinishedFiles.IsFull.Should().BeTrue();
        Directory.Exists(bench.PathTo(".data.pieces")).Should().BeFalse();
        await bench.CloseAsync(storage);
        Directory.Exists(bench.PathTo(".data.pieces")).Should().BeFalse();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Any_order_of_pieces_and_early_blocks_gives_the_right_files(int seed)
    {
        await using var bench = new StorageHarness();
        var random = new Random(seed);
        (string, long)[] files =
            [.. Enumerable.Range(0, 30).Select(i => (i % 7 == 3 ? $".pad/{i}" : $"d{i % 3}/f{i}", i % 5 == 0 ? 0 : random.Next(60 * KiB)))];
        var torrent = TestTorrent.OfNames("data", 48 * KiB, seed, files);
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent, o => o with { Preallocation = (Preallocation)(seed % 3) });
        int[] order = [.. Enumerable.Range(0, torrent.Layout.PieceCount)];
        random.Shuffle(order);
        foreach (int piece in order)
        {
            BlockBuffer?[] blocks = bench.Blocks(torrent, piece);
            bool[] written = new bool[blocks.Length];
            for (int i = 0; i < blocks.Length; i++)
            {
                if (random.Next(3) != 0)
                    continue;
                await bench.WriteAsync(storage, torrent, piece, i);
                written[i] = true;
                if (random.Next(2) == 0)
                {
                    blocks[i]!.Dispose();
                    blocks[i] = null;
                }
            }

            storage.Pieces.StorePiece(torrent.Layout.Piece(piece), blocks, written);
        }

        foreach (int piece in order)
            await bench.Sink.When<PieceStored>(e => e.Piece.Value == piece);
        await bench.CloseAsync(storage);
        bench.Sink.Events.Should().NotContain(e => e is DiskFailed || e is PieceRejected);
        foreach (FileEntry file in torrent.Metainfo.Files)
        {
            string path = bench.PathTo(file.RelativePath);
            if (file.IsPadding)
                File.Exists(path).Should().BeFalse("pad files never reach the disk");
            else
                File.ReadAllBytes(path).Should().Equal(torrent.FileBytes(file.Index), "{0}", file.RelativePath);
        }

        Directory.EnumerateFiles(bench.Folder, "*.part", SearchOption.AllDirectories).Should().BeEmpty();
        Directory.Exists(bench.PathTo(".data.pieces")).Should().BeFalse();
    }

    [Fact]
    public async Task A_file_straddling_two_pieces_waits_for_both()
    {
        await using var bench = new StorageHarness();
        var torrent = TestTorrent.OfNames("data", 32 * KiB, ("a", 20 * KiB), ("b", 20 * KiB), ("c", 24 * KiB));
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        await bench.StoreAsync(storage, torrent, 0);
        await bench.Sink.When<FileFinished>(e => e.FileIndex == 0);
        File.Exists(bench.PathTo("data/a")).Should().BeTrue();
        File.Exists(bench.PathTo("data/b.part")).Should().BeTrue();
        File.Exists(bench.PathTo("data/b")).Should().BeFalse();
        await bench.StoreAsync(storage, torrent, 1);
        await bench.Sink.When<FileFinished>(e => e.FileIndex == 1);
        await bench.Sink.When<FileFinished>(e => e.FileIndex == 2);
        await bench.CloseAsync(storage);
    }

    [Fact]
    public async Task A_torrent_with_both_a_file_and_what_would_be_its_part_name_keeps_them_apart()
    {
        await using var bench = new StorageHarness();
        var torrent = TestTorrent.OfNames("data", 16 * KiB, ("a", 20 * KiB), ("a.part", 20 * KiB)).WithNamesAsGiven();
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        await bench.StoreAsync(storage, torrent, [.. Enumerable.Range(0, torrent.Layout.PieceCount)]);
        await bench.CloseAsync(storage);
        File.ReadAllBytes(bench.PathTo("data/a")).Should().Equal(torrent.FileBytes(0));
        File.ReadAllBytes(bench.PathTo("data/a.part")).Should().Equal(torrent.FileBytes(1));
    }

    [Fact]
    public async Task A_bad_piece_is_rejected_with_its_digests_and_the_good_copy_brings_its_own_just_before_it_counts()
    {
        await using var bench = new StorageHarness();
        var torrent = new TestTorrent("a", 48 * KiB, 48 * KiB, seed: 5);
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        PieceIndex piece = torrent.Layout.Piece(0);
        storage.Pieces.StorePiece(piece, bench.Blocks(torrent, 0, damage: 1), new bool[3]);
        PieceRejected rejected = await bench.Sink.When<PieceRejected>(_ => true);
        File.Exists(bench.PathTo("a.part")).Should().BeFalse("nothing of it is written");

        await bench.StoreAsync(storage, torrent, 0);
        PieceDigests good = await bench.Sink.When<PieceDigests>(_ => true);
        good.BlockDigests[0].Should().Be(rejected.BlockDigests[0]);
        good.BlockDigests[1].Should().NotBe(rejected.BlockDigests[1]);
        good.BlockDigests[2].Should().Be(rejected.BlockDigests[2]);
        bench.Sink.Events.Take(3).Select(e => e.GetType()).Should().Equal([typeof(PieceRejected), typeof(PieceDigests), typeof(PieceStored)]);
        await bench.CloseAsync(storage);
    }

    [Fact]
    public async Task A_large_piece_comes_together_on_the_disk_in_any_order()
    {
        await using var bench = new StorageHarness();
        var torrent = new TestTorrent("big", (4 * 1024 * KiB) + 5000, 3 * 1024 * KiB, seed: 6);
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        int count = torrent.Layout.BlockCountOf(torrent.Layout.Piece(0));
        int[] ordinals = [.. Enumerable.Range(0, count)];
        new Random(6).Shuffle(ordinals);
        foreach (int[] some in ordinals.Chunk(7))
            await bench.WriteAsync(storage, torrent, 0, [.. some.Order()]);
        storage.Pieces.StorePiece(torrent.Layout.Piece(0), new BlockBuffer?[count], [.. Enumerable.Repeat(true, count)]);
        await bench.Sink.When<PieceStored>(_ => true);
        await bench.StoreAsync(storage, torrent, 1);
        await bench.CloseAsync(storage);
        File.ReadAllBytes(bench.PathTo("big")).Should().Equal(torrent.Bytes);
    }

    [Fact]
    public async Task A_large_piece_with_a_bad_block_is_rejected_and_can_be_fetched_again()
    {
        await using var bench = new StorageHarness();
        var torrent = new TestTorrent("big", 3 * 1024 * KiB, 3 * 1024 * KiB, seed: 7);
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        PieceIndex piece = torrent.Layout.Piece(0);
        int count = torrent.Layout.BlockCountOf(piece);
        CandidateBlock bad = new(0, bench.Block(torrent, 0, 0, damaged: true));
        storage.Pieces.WriteBlocks(piece, [bad]);
        await bench.Sink.When<BlocksWritten>(_ => true);
        bad.Data.Dispose();
        await bench.WriteAsync(storage, torrent, 0, [.. Enumerable.Range(1, count - 1)]);
        storage.Pieces.StorePiece(piece, new BlockBuffer?[count], [.. Enumerable.Repeat(true, count)]);
        await bench.Sink.When<PieceRejected>(_ => true);

        await bench.WriteAsync(storage, torrent, 0, [.. Enumerable.Range(0, count)]);
        storage.Pieces.StorePiece(piece, new BlockBuffer?[count], [.. Enumerable.Repeat(true, count)]);
        await bench.Sink.When<PieceStored>(_ => true);
        await bench.CloseAsync(storage);
        File.ReadAllBytes(bench.PathTo("big")).Should().Equal(torrent.Bytes);
    }

    [Fact]
    public async Task Blocks_of_several_pieces_and_files_are_read_for_upload()
    {
        await using var bench = new StorageHarness();
        var torrent = TestTorrent.OfNames("data", 32 * KiB, ("a", 50 * KiB), ("b", 60 * KiB));
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        await bench.StoreAsync(storage, torrent, 0, 1, 2);
        BlockRead[] reads = [.. new[] { (0, 1), (1, 0), (1, 1), (2, 0), (0, 0) }.Select(at =>
        {
            BlockRequest block = torrent.Layout.Block(torrent.Layout.Piece(at.Item1), at.Item2);
            return new BlockRead(block, new byte[block.Length]);
        })];
        await storage.Pieces.ReadAsync(reads, TestContext.Current.CancellationToken);
        foreach (BlockRead read in reads)
        {
            read.Destination.ToArray().Should().Equal(
                torrent.PieceBytes(read.Block.Piece.Value).Slice(read.Block.Begin, read.Block.Length).ToArray(), "{0}", read.Block);
        }

        await bench.CloseAsync(storage);
    }

    [Fact]
    public async Task A_finished_file_that_was_changed_is_not_served_as_good()
    {
        await using var bench = new StorageHarness();
        var torrent = new TestTorrent("a", 64 * KiB, 32 * KiB, seed: 9);
        bench.Write("a", torrent.Bytes);
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        BlockRequest block = torrent.Layout.Block(torrent.Layout.Piece(0), 1);
        BlockRead read = new(block, new byte[block.Length]);
        await storage.Pieces.ReadAsync([read], TestContext.Current.CancellationToken);

        await using (var file = new FileStream(bench.PathTo("a"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            file.WriteByte((byte)~torrent.Bytes[0]);
        File.SetLastWriteTimeUtc(bench.PathTo("a"), DateTime.UnixEpoch);
        Func<Task> again = () => storage.Pieces.ReadAsync([read], TestContext.Current.CancellationToken).AsTask();
        (await again.Should().ThrowAsync<StorageException>()).Which.Error.Should().Be(StorageError.File);
        BlockRequest other = torrent.Layout.Block(torrent.Layout.Piece(1), 0);
        await storage.Pieces.ReadAsync([new BlockRead(other, new byte[other.Length])], TestContext.Current.CancellationToken);
        await bench.CloseAsync(storage);
    }

    [Fact]
    public async Task Seeding_from_a_read_only_storage_changes_nothing_on_the_disk()
    {
        await using var bench = new StorageHarness();
        var torrent = TestTorrent.OfNames("data", 32 * KiB, ("a", 64 * KiB), ("b", 64 * KiB));
        bench.Write("data/a", torrent.FileBytes(0));
        bench.Write("data/b.part", torrent.FileBytes(1).AsSpan(0, 40 * KiB));
        (TorrentStorage storage, StorageOpenResult opening) = await bench.OpenAsync(torrent, o => o with { ReadOnly = true });
        StorageHarness.PiecesOf(opening.Have).Should().Equal([0, 1, 2]);
        StorageHarness.PiecesOf(opening.FinishedFiles).Should().Equal([0]);
        await bench.CloseAsync(storage);
        Directory.GetFileSystemEntries(bench.Folder, "*", SearchOption.AllDirectories).Select(p => Path.GetRelativePath(bench.Folder, p))
            .Should().BeEquivalentTo("data", "data/a", "data/b.part");
        new FileInfo(bench.PathTo("data/b.part")).Length.Should().Be(40 * KiB);
    }

    [Fact]
    public async Task A_hundred_files_need_no_more_handles_than_allowed()
    {
        await using var bench = new StorageHarness { Handles = new HandleCache(4) };
        var torrent = TestTorrent.OfNames("data", 16 * KiB, [.. Enumerable.Range(0, 100).Select(i => ($"f{i}", 3000))]);
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        await bench.StoreAsync(storage, torrent, [.. Enumerable.Range(0, torrent.Layout.PieceCount)]);
        bench.Handles.OpenCount.Should().BeLessThanOrEqualTo(4);
        await bench.CloseAsync(storage);
        for (int i = 0; i < 100; i++)
            File.ReadAllBytes(bench.PathTo($"data/f{i}")).Should().Equal(torrent.FileBytes(i));
    }
}
