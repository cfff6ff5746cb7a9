using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Storage.Opening;
using Pieces.Storage.Stores;
using Pieces.Tests.Support;

namespace Pieces.Tests.Storage;

[Trait("Tier", "Pure")]
public class SelectionTests
{
    private const int KiB = 1024;

    [Fact]
    public async Task Bytes_of_unselected_files_are_never_in_a_visible_file_and_can_be_served()
    {
        await using var bench = new StorageHarness();
        TestTorrent torrent = Three(1);
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent, OnlyB);
        await bench.StoreAsync(storage, torrent, 1, 2, 3);
        await bench.Sink.When<FileFinished>(e => e.FileIndex == 1);
        Directory.GetFiles(bench.PathTo("data")).Should().Equal([bench.PathTo("data/b")]);
        BlockRequest block = torrent.Layout.Block(torrent.Layout.Piece(1), 0);
        var read = new BlockRead(block, new byte[block.Length]);
        await storage.Pieces.ReadAsync([read], TestContext.Current.CancellationToken);
        read.Destination.ToArray().Should().Equal(torrent.PieceBytes(1)[..block.Length].ToArray());
        await bench.CloseAsync(storage);
        Directory.Exists(bench.PathTo(".data.pieces")).Should().BeFalse();
    }

    [Fact]
    public async Task The_same_selection_once_more_is_complete_though_its_neighbours_bytes_are_gone()
    {
        await using var bench = new StorageHarness();
        TestTorrent torrent = Three(2);
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent, OnlyB);
        await bench.StoreAsync(storage, torrent, 1, 2, 3);
        await bench.CloseAsync(storage);
        (storage, StorageOpenResult opening) = await bench.OpenAsync(torrent, OnlyB);
        StorageHarness.PiecesOf(opening.Have).Should().Equal([2]);
        StorageHarness.PiecesOf(opening.Exempt).Should().Equal([1, 3]);
        StorageHarness.PiecesOf(opening.FinishedFiles).Should().Equal([1]);
        Directory.Exists(bench.PathTo(".data.pieces")).Should().BeFalse();
        await bench.CloseAsync(storage);
    }

    [Fact]
    public async Task An_interrupted_selection_resumes_with_its_shared_pieces()
    {
        await using var bench = new StorageHarness();
        TestTorrent torrent = Three(3);
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent, OnlyB);
        await bench.StoreAsync(storage, torrent, 1, 3);
        await bench.KillAsync(storage);
        (storage, StorageOpenResult opening) = await bench.OpenAsync(torrent, OnlyB);
        StorageHarness.PiecesOf(opening.Have).Should().Equal([1, 3]);
        await bench.StoreAsync(storage, torrent, 2);
        await bench.CloseAsync(storage);
        File.ReadAllBytes(bench.PathTo("data/b")).Should().Equal(torrent.FileBytes(1));
    }

    [Fact]
    public async Task Files_selected_later_get_what_the_spare_file_holds_of_them()
    {
        await using var bench = new StorageHarness();
        TestTorrent torrent = Three(4);
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent, OnlyB);
        await bench.StoreAsync(storage, torrent, 1, 3);
        await bench.KillAsync(storage);
        (storage, StorageOpenResult opening) = await bench.OpenAsync(torrent);
        StorageHarness.PiecesOf(opening.Have).Should().Equal([1, 3]);
        await bench.StoreAsync(storage, torrent, [.. Enumerable.Range(0, torrent.Layout.PieceCount).Except([1, 3])]);
        await bench.CloseAsync(storage);
        for (int i = 0; i < 3; i++)
            File.ReadAllBytes(bench.PathTo(torrent.Metainfo.Files[i].RelativePath)).Should().Equal(torrent.FileBytes(i), "file {0}", i);
        Directory.Exists(bench.PathTo(".data.pieces")).Should().BeFalse();
    }

    [Fact]
    public async Task An_unselected_file_of_the_users_own_is_never_touched()
    {
        await using var bench = new StorageHarness();
        TestTorrent torrent = Three(5);
        bench.Write("data/a", "mine"u8);
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent, OnlyB);
        await bench.StoreAsync(storage, torrent, 1, 2, 3);
        await bench.CloseAsync(storage);
        (await File.ReadAllTextAsync(bench.PathTo("data/a"), TestContext.Current.CancellationToken)).Should().Be("mine");
        File.ReadAllBytes(bench.PathTo("data/b")).Should().Equal(torrent.FileBytes(1));
    }

    [Fact]
    public async Task A_complete_unselected_neighbour_makes_the_shared_piece_count()
    {
        await using var bench = new StorageHarness();
        TestTorrent torrent = Three(6);
        bench.Write("data/a", torrent.FileBytes(0));
        bench.Write("data/b", torrent.FileBytes(1));
        (TorrentStorage storage, StorageOpenResult opening) = await bench.OpenAsync(torrent, OnlyB);
        StorageHarness.PiecesOf(opening.Have).Should().Equal([0, 1, 2]);
        StorageHarness.PiecesOf(opening.FinishedFiles).Should().Equal([1]);
        await bench.CloseAsync(storage);
    }

    // Pieces have 32 KiB. File a has piece 0 and the beginning of 1. File b has the rest of 1, piece 2 and the beginning of 3. File c has the rest.
    private static TestTorrent Three(int seed) => TestTorrent.OfNames("data", 32 * KiB, seed, ("a", 40 * KiB), ("b", 60 * KiB), ("c", 50 * KiB));

    private static StorageOptions OnlyB(StorageOptions options) => options with { WantedFiles = [false, true, false] };
}
