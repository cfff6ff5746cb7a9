using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Storage.Opening;
using Pieces.Storage.Streaming;
using Pieces.Tests.Support;

namespace Pieces.Tests.Storage;

[Trait("Tier", "Pure")]
public class StreamStorageTests
{
    private const int KiB = 1024;
    private const int PieceLength = 32 * KiB;

    private static readonly TestTorrent Torrent = new("film.bin", (10 * PieceLength) + 777, PieceLength);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, null, 2)]
    [InlineData(5 * PieceLength, null, 5)]
    [InlineData(1 << 30, null, 11)]
    [InlineData(1 << 30, 4 * PieceLength, 3)]
    [InlineData(1 << 30, 2 * PieceLength, 2)]
    public async Task Keeps_as_many_pieces_as_it_may_and_the_disk_allows(int length, int? free, int slots)
    {
        await using var bench = new StorageHarness();
        bench.Disk.Free = free;
        await using StreamStorage storage = await OpenAsync(bench, Torrent, length);
        storage.Slots.Should().Be(slots);
    }

    [Fact]
    public async Task Too_little_room_is_a_full_disk()
    {
        await using var bench = new StorageHarness();
        bench.Disk.Free = (2 * PieceLength) - 1;
        StorageException e = (await bench.Invoking(b => OpenAsync(b, Torrent, 1)).Should().ThrowAsync<StorageException>()).Which;
        e.Error.Should().Be(StorageError.DiskFull);
        e.Message.Should().Contain(bench.Folder).And.Contain("65536 bytes are needed, 65535 are free");
        Directory.EnumerateFileSystemEntries(bench.Folder).Should().BeEmpty();
    }

    [Fact]
    public async Task A_disk_that_fills_up_is_told()
    {
        await using var bench = new StorageHarness();
        var sink = new RecordingSink();
        await using StreamStorage storage = await OpenAsync(bench, Torrent, 1, sink);
        bench.Disk.WriteError = new IOException("no space left on device", 28);
        Store(bench, storage, 0);
        (await sink.When<DiskFailed>(_ => true)).Reason.Error.Should().Be(StorageError.DiskFull);
    }

    [Fact]
    public async Task Its_file_has_no_name()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("a file cannot be without a name here");
        await using var bench = new StorageHarness();
        var sink = new RecordingSink();
        await using StreamStorage storage = await OpenAsync(bench, Torrent, 1, sink);
        Store(bench, storage, 0);
        await sink.When<PieceStored>(_ => true);
        Directory.EnumerateFileSystemEntries(bench.Folder).Should().BeEmpty();
    }

    [Fact]
    public async Task Pieces_that_come_out_of_order_are_read_in_order_and_given_up()
    {
        await using var bench = new StorageHarness();
        var sink = new RecordingSink();
        await using StreamStorage storage = await OpenAsync(bench, Torrent, 2 * PieceLength, sink);
        using Stream stream = storage.Files.Should().ContainSingle().Which.OpenRead();
        stream.Length.Should().Be(Torrent.Bytes.Length);
        byte[] read = new byte[Torrent.Bytes.Length];
        int done = 0;
        for (int pair = 0; pair < Torrent.Layout.PieceCount; pair += 2)
        {
            foreach (int piece in new[] { pair + 1, pair }.Where(piece => piece < Torrent.Layout.PieceCount))
                Store(bench, storage, piece);
            int end = Math.Min((pair + 2) * PieceLength, read.Length);
            while (done < end)
                done += await stream.ReadAsync(read.AsMemory(done, Math.Min(5000, end - done)), Token);
            await sink.When<ContentTaken>(taken => taken.End >= Math.Min(pair + 2, Torrent.Layout.PieceCount));
            for (int piece = pair; piece < pair + 2 && piece < Torrent.Layout.PieceCount; piece++)
                storage.TryDrop(new PieceIndex(piece)).Should().BeTrue();
        }

        read.Should().Equal(Torrent.Bytes);
        storage.IsRead.Should().BeTrue();
        (await stream.ReadAsync(read, Token)).Should().Be(0);
        await sink.When<FileFinished>(file => file.FileIndex == 0);
    }

    [Fact]
    public async Task A_read_waits_for_its_piece_on_a_thread_and_in_a_task()
    {
        await using var bench = new StorageHarness();
        await using StreamStorage storage = await OpenAsync(bench, Torrent, 4 * PieceLength);
        using Stream stream = storage.Files[0].OpenRead();
        byte[] buffer = new byte[PieceLength];
        Task<int> reading = stream.ReadAsync(buffer, Token).AsTask();
        reading.IsCompleted.Should().BeFalse();
        Store(bench, storage, 1);
        Store(bench, storage, 0);
        (await reading).Should().Be(PieceLength);
        buffer.Should().Equal(Torrent.PieceBytes(0).ToArray());

        (await Task.Run(() => stream.Read(buffer, 0, buffer.Length), Token)).Should().Be(PieceLength);
        buffer.Should().Equal(Torrent.PieceBytes(1).ToArray());
        Task<int> blocked = Task.Factory.StartNew(() => stream.Read(buffer, 0, 10), Token, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Store(bench, storage, 2);
        (await blocked).Should().Be(10);
        buffer.AsSpan(0, 10).ToArray().Should().Equal(Torrent.PieceBytes(2)[..10].ToArray());
    }

    [Fact]
    public async Task Whoever_waits_is_told_when_nothing_comes_any_more()
    {
        await using var bench = new StorageHarness();
        await using StreamStorage storage = await OpenAsync(bench, Torrent, 1);
        using Stream stream = storage.Files[0].OpenRead();
        Task<int> reading = stream.ReadAsync(new byte[10], Token).AsTask();
        storage.EndReading();
        await reading.Invoking(task => task).Should().ThrowAsync<OperationCanceledException>();
        stream.Invoking(s => s.Read(new byte[10], 0, 10)).Should().Throw<OperationCanceledException>();
    }

    [Fact]
    public async Task A_piece_is_not_given_up_while_it_is_read_for_a_peer_and_cannot_be_read_afterwards()
    {
        await using var bench = new StorageHarness();
        var sink = new RecordingSink();
        await using StreamStorage storage = await OpenAsync(bench, Torrent, 4 * PieceLength, sink);
        Store(bench, storage, 0);
        await sink.When<PieceStored>(_ => true);
        byte[] block = new byte[16 * KiB];
        BlockRead[] reads = [new(new BlockRequest(new PieceIndex(0), 16 * KiB, 16 * KiB), block)];
        await storage.Pieces.ReadAsync(reads, Token);
        block.Should().Equal(Torrent.PieceBytes(0)[(16 * KiB)..].ToArray());
        storage.TryDrop(new PieceIndex(0)).Should().BeTrue();
        await storage.Awaiting(s => s.Pieces.ReadAsync(reads, Token).AsTask()).Should().ThrowAsync<StorageException>();
    }

    [Fact]
    public async Task A_file_is_read_to_its_end_before_the_next_and_each_is_told()
    {
        await using var bench = new StorageHarness();
        var torrent = TestTorrent.OfNames("data", PieceLength, ("empty", 0), ("a", 100), ("b", 0), ("c", PieceLength));
        var sink = new RecordingSink();
        await using StreamStorage storage = await OpenAsync(bench, torrent, 4 * PieceLength, sink);
        sink.Events.OfType<FileFinished>().Select(file => file.FileIndex).Should().Equal(0);
        Store(bench, storage, 0, torrent);
        Store(bench, storage, 1, torrent);
        using Stream a = storage.Files[1].OpenRead(), c = storage.Files[3].OpenRead();
        await c.Awaiting(s => s.ReadAsync(new byte[10], Token).AsTask()).Should().ThrowAsync<InvalidOperationException>();
        await a.ReadExactlyAsync(new byte[100], Token);
        sink.Events.OfType<FileFinished>().Select(file => file.FileIndex).Should().Equal(0, 1, 2);
        await c.ReadExactlyAsync(new byte[PieceLength], Token);
        sink.Events.OfType<FileFinished>().Select(file => file.Path).Should().Equal("data/empty", "data/a", "data/b", "data/c");
        sink.Events.OfType<ContentTaken>().Last().End.Should().Be(2);
    }

    [Fact]
    public void A_slot_is_given_to_another_only_when_nobody_reads_it()
    {
        var slots = new PieceSlots(2);
        slots.Take(new PieceIndex(7)).Should().Be(0);
        slots.Take(new PieceIndex(9)).Should().Be(1);
        slots.Take(new PieceIndex(7)).Should().Be(0);
        slots.Invoking(s => s.Take(new PieceIndex(8))).Should().Throw<InvalidOperationException>();
        slots.TryHold(new PieceIndex(7)).Should().BeTrue();
        slots.TryDrop(new PieceIndex(7)).Should().BeFalse();
        slots.Release(new PieceIndex(7));
        slots.TryDrop(new PieceIndex(7)).Should().BeTrue();
        slots.TryHold(new PieceIndex(7)).Should().BeFalse();
        slots.Take(new PieceIndex(8)).Should().Be(0);
    }

    private static async Task<StreamStorage> OpenAsync(StorageHarness bench, TestTorrent torrent, long length, IDiskSink? sink = null)
    {
        var options = new StorageOptions
        {
            Metainfo = torrent.Metainfo,
            OutputDirectory = bench.Folder,
            Queue = bench.Queue,
            Handles = bench.Handles,
            Sink = sink ?? bench.Sink,
            FileSystem = bench.Disk,
        };
        var stream = new StreamOptions { Target = new CollectingTarget(), TemporaryFolder = bench.Folder, TemporaryLength = length };
        var storage = new StreamStorage(options, stream);
        StorageOpenResult opening = await storage.OpenAsync(null, Token);
        opening.Have.Count.Should().Be(0);
        return storage;
    }

    private static void Store(StorageHarness bench, StreamStorage storage, int piece, TestTorrent? torrent = null)
    {
        BlockBuffer?[] blocks = bench.Blocks(torrent ?? Torrent, piece);
        storage.Pieces.StorePiece(new PieceIndex(piece), blocks, new bool[blocks.Length]);
    }
}
