using Pieces.Storage;
using Pieces.Storage.Opening;
using Pieces.Storage.Resume;
using Pieces.Storage.Stores;
using Pieces.Tests.Support;

namespace Pieces.Tests.Storage;

/// <summary>Which pieces count after a failed write, flush or write-back, or after a crash.</summary>
[Trait("Tier", "Pure")]
public class FlushTests
{
    private const int KiB = 1024;
    private const int PieceLength = 64 * KiB;
    private const int MiB = 1024 * KiB;
    private const int IoError = 5;

    [Fact]
    public async Task After_a_flush_that_failed_no_piece_counts_that_it_should_have_brought_to_the_disk()
    {
        await using var bench = new StorageHarness();
        TestTorrent torrent = TenPieces(1);
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        await bench.StoreAsync(storage, torrent, 0);
        await FlushAsync(bench);
        bench.Disk.Loses = offset => offset == PieceLength;
        await bench.StoreAsync(storage, torrent, 1, 2);
        bench.Disk.FlushError = new IOException("whatever the system says", IoError);
        bench.Time.Advance(DataFlusher.Interval);
        await bench.Sink.When<DiskFailed>(_ => true);

        // The system reports a loss only once. Later flushes succeed.
        bench.Disk.FlushError = null;
        await bench.CloseAsync(storage);
        (storage, StorageOpenResult opening) = await bench.OpenAsync(torrent);
        StorageHarness.PiecesOf(opening.Have).Should().Equal([0, 2], "piece 1 never reached the disk");
        await bench.CloseAsync(storage);
    }

    [Fact]
    public async Task A_flush_that_fails_at_the_end_fails_the_end_and_nothing_counts_by_it()
    {
        await using var bench = new StorageHarness();
        TestTorrent torrent = TenPieces(2);
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        bench.Disk.Loses = offset => offset == PieceLength;
        await bench.StoreAsync(storage, torrent, 1, 2);
        bench.Disk.FlushError = new IOException("whatever the system says", IoError);
        Func<Task> close = () => bench.CloseAsync(storage);
        await close.Should().ThrowAsync<StorageException>();
        bench.Disk.FlushError = null;
        (storage, StorageOpenResult opening) = await bench.OpenAsync(torrent);
        StorageHarness.PiecesOf(opening.Have).Should().Equal([2]);
        await bench.CloseAsync(storage);
    }

    [Fact]
    public async Task After_a_write_that_failed_the_state_is_not_closed()
    {
        await using var bench = new StorageHarness();
        TestTorrent torrent = TenPieces(3);
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        bench.Disk.Loses = offset => offset == PieceLength;
        await bench.StoreAsync(storage, torrent, 1, 2);
        bench.Disk.WriteError = new IOException("whatever the system says", IoError);
        storage.Pieces.StorePiece(torrent.Layout.Piece(3), bench.Blocks(torrent, 3), new bool[4]);
        await bench.Sink.When<DiskFailed>(_ => true);
        bench.Disk.WriteError = null;
        await bench.CloseAsync(storage);
        (storage, StorageOpenResult opening) = await bench.OpenAsync(torrent);
        StorageHarness.PiecesOf(opening.Have).Should().Equal([2]);
        await bench.CloseAsync(storage);
    }

    [Fact]
    public async Task A_loss_that_only_the_write_back_heard_of_keeps_the_file_from_its_name()
    {
        await using var bench = new StorageHarness();
        var torrent = new TestTorrent("a", 9 * MiB, MiB, seed: 4);
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        bench.Disk.BehindError = new IOException("whatever the system says", IoError);
        await bench.StoreAsync(storage, torrent, [.. Enumerable.Range(0, 8)]);
        await bench.Sink.When<DiskFailed>(_ => true);
        await bench.StoreAsync(storage, torrent, 8);
        await bench.CloseAsync(storage);
        File.Exists(bench.PathTo("a")).Should().BeFalse();
    }

    [Fact]
    public async Task After_a_kill_what_no_flush_covers_counts_only_if_it_is_there()
    {
        await using var bench = new StorageHarness();
        TestTorrent torrent = TenPieces(5);
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        await bench.StoreAsync(storage, torrent, 0);
        await FlushAsync(bench);
        bench.Disk.Loses = offset => offset == PieceLength;
        await bench.StoreAsync(storage, torrent, 1, 2);
        await bench.KillAsync(storage);

        // The disk was detached and attached again while the machine was running.
        (storage, StorageOpenResult opening) = await bench.OpenAsync(torrent);
        StorageHarness.PiecesOf(opening.Have).Should().Equal([0, 2]);
        await bench.CloseAsync(storage);
    }

    [Fact]
    public async Task A_flush_vouches_for_what_was_found_at_the_start_too()
    {
        await using var bench = new StorageHarness();
        TestTorrent torrent = TenPieces(6);
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        await bench.StoreAsync(storage, torrent, 0, 1, 2);
        await bench.KillAsync(storage);
        (storage, _) = await bench.OpenAsync(torrent);
        await FlushAsync(bench);
        await bench.KillAsync(storage);
        ResumeReading reading = ResumeFile.Read(StorageHarness.At(bench.PathTo(".a.pieces/state")), torrent.Metainfo, Guid.NewGuid());
        StorageHarness.PiecesOf(reading.State!.Have).Should().Equal([0, 1, 2]);
        reading.State.Doubtful.Count.Should().Be(0);
    }

    private static TestTorrent TenPieces(int seed) => new("a", 10 * PieceLength, PieceLength, seed);

    private static async Task FlushAsync(StorageHarness bench)
    {
        long before = new FileInfo(bench.PathTo(".a.pieces/state")).Length;
        bench.Time.Advance(DataFlusher.Interval);
        await FakeTimeSteps.UntilAsync(() => new FileInfo(bench.PathTo(".a.pieces/state")).Length > before, TestContext.Current.CancellationToken);
    }
}
