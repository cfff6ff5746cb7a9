using Pieces.Storage;
using Pieces.Storage.Resume;
using Pieces.Storage.Stores;
using Pieces.Storage.Transfer;
using Pieces.Tests.Support;

namespace Pieces.Tests.Storage;

[Trait("Tier", "Pure")]
public class WriteBehindTests
{
    private const int MiB = 1024 * 1024;

    private static readonly int[] FirstBatch = [.. Enumerable.Range(0, 8)];

    [Fact]
    public async Task A_fast_download_is_sent_to_the_disk_by_batches_and_leaves_the_cache_one_batch_later()
    {
        await using var bench = new StorageHarness();
        var torrent = new TestTorrent("a", 25 * MiB, MiB);
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        await bench.StoreAsync(storage, torrent, FirstBatch);
        await bench.StoreAsync(storage, torrent, [.. Enumerable.Range(8, 8)]);
        (await bench.Disk.TakeBehindAsync(3)).Should().Equal("start 0+8", "start 8+8", "forget 0+8");
        await bench.CloseAsync(storage);
    }

    [Fact]
    public async Task A_slow_download_is_left_to_the_system()
    {
        await using var bench = new StorageHarness();
        var torrent = new TestTorrent("a", 25 * MiB, MiB, seed: 2);
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        bench.Time.Advance(TimeSpan.FromSeconds(1));
        await bench.StoreAsync(storage, torrent, FirstBatch);
        await bench.StoreAsync(storage, torrent, [.. Enumerable.Range(8, 8)]);
        (await bench.Disk.TakeBehindAsync(1)).Should().Equal(["start 8+8"], "the first batch took a second");
        await bench.CloseAsync(storage);
    }

    [Fact]
    public async Task Pieces_that_are_stored_in_any_order_are_sent_as_the_ranges_they_make_up()
    {
        await using var bench = new StorageHarness();
        var torrent = new TestTorrent("a", 25 * MiB, MiB, seed: 3);
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        foreach (int piece in new[] { 9, 3, 1, 2, 0, 20, 8, 10 })
            await bench.StoreAsync(storage, torrent, piece);
        (await bench.Disk.TakeBehindAsync(3)).Should().Equal("start 0+4", "start 8+3", "start 20+1");
        await bench.CloseAsync(storage);
    }

    [Fact]
    public async Task Very_many_bytes_are_flushed_before_their_time_is_up()
    {
        await using var bench = new StorageHarness();
        var torrent = new TestTorrent("a", 24 * MiB, 8 * MiB, seed: 5);
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        int[] allBlocks = [.. Enumerable.Range(0, torrent.Layout.BlockCountOf(torrent.Layout.Piece(1)))];
        for (int i = 1; i < DataFlusher.MaxUnflushed / (8 * MiB); i++)
            await bench.WriteAsync(storage, torrent, 1, allBlocks);
        bench.Disk.Flushes.Reader.Count.Should().Be(0, "no time passes here");
        await bench.WriteAsync(storage, torrent, 1, allBlocks);
        await bench.Disk.Flushes.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(
            TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await bench.CloseAsync(storage);
    }

    [Fact]
    public async Task A_disk_that_fails_behind_our_back_fails_the_torrent()
    {
        await using var bench = new StorageHarness();
        var torrent = new TestTorrent("a", 25 * MiB, MiB, seed: 4);
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        bench.Disk.BehindError = new IOException("whatever the system says", 28);
        await bench.StoreAsync(storage, torrent, FirstBatch);
        DiskFailed failed = await bench.Sink.When<DiskFailed>(_ => true);
        failed.Reason.Error.Should().Be(StorageError.DiskFull);
        await bench.CloseAsync(storage);
    }
}
