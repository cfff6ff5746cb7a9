using Pieces.Storage;
using Pieces.Storage.Opening;
using Pieces.Storage.Stores;
using Pieces.Tests.Support;

namespace Pieces.Tests.Storage;

/// <summary>The rules for existing files at the paths of the torrent's files, one test for each row of the contract.</summary>
[Trait("Tier", "Pure")]
public class StandingFilesTests
{
    private const int KiB = 1024;

    [Fact]
    public async Task An_incomplete_file_with_a_good_piece_is_adopted_and_said()
    {
        await using var bench = new StorageHarness();
        TestTorrent torrent = Four(1);
        bench.Write("a", Damaged(torrent, 1, 2));
        (TorrentStorage storage, StorageOpenResult opening) = await bench.OpenAsync(torrent);
        StorageHarness.PiecesOf(opening.Have).Should().Equal([0, 3]);
        opening.Warnings.Should().ContainSingle().Which.Should().Contain("incomplete");
        File.Exists(bench.PathTo("a")).Should().BeFalse();
        File.Exists(bench.PathTo("a.part")).Should().BeTrue();
        await bench.StoreAsync(storage, torrent, 1, 2);
        await bench.CloseAsync(storage);
        File.ReadAllBytes(bench.PathTo("a")).Should().Equal(torrent.Bytes);
    }

    [Fact]
    public async Task A_short_file_with_a_good_piece_is_adopted()
    {
        await using var bench = new StorageHarness();
        TestTorrent torrent = Four(2);
        bench.Write("a", torrent.Bytes.AsSpan(0, 40 * KiB));
        (TorrentStorage storage, StorageOpenResult opening) = await bench.OpenAsync(torrent);
        StorageHarness.PiecesOf(opening.Have).Should().Equal([0]);
        await bench.StoreAsync(storage, torrent, 1, 2, 3);
        await bench.CloseAsync(storage);
        File.ReadAllBytes(bench.PathTo("a")).Should().Equal(torrent.Bytes);
    }

    [Fact]
    public async Task A_file_without_a_good_piece_is_in_the_way_and_is_left_alone()
    {
        await using var bench = new StorageHarness();
        TestTorrent torrent = Four(3);
        bench.Write("a", "the user's own"u8);
        (await Fault(() => bench.OpenAsync(torrent))).Should().Be(StorageError.PathOccupied);
        (await File.ReadAllTextAsync(bench.PathTo("a"), TestContext.Current.CancellationToken)).Should().Be("the user's own");
        Directory.GetFileSystemEntries(bench.Folder).Should().Equal([bench.PathTo("a")], "no trace is left");
    }

    [Fact]
    public async Task Overwrite_discards_a_file_in_the_way()
    {
        await using var bench = new StorageHarness();
        TestTorrent torrent = Four(4);
        bench.Write("a", "the user's own"u8);
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent, o => o with { Overwrite = true });
        await bench.StoreAsync(storage, torrent, 0, 1, 2, 3);
        await bench.CloseAsync(storage);
        File.ReadAllBytes(bench.PathTo("a")).Should().Equal(torrent.Bytes);
    }

    [Fact]
    public async Task A_part_file_without_a_state_is_hashed_and_continued()
    {
        await using var bench = new StorageHarness();
        TestTorrent torrent = Four(5);
        bench.Write("a.part", Damaged(torrent, 0));
        (TorrentStorage storage, StorageOpenResult opening) = await bench.OpenAsync(torrent);
        StorageHarness.PiecesOf(opening.Have).Should().Equal([1, 2, 3]);
        await bench.StoreAsync(storage, torrent, 0);
        await bench.CloseAsync(storage);
        File.ReadAllBytes(bench.PathTo("a")).Should().Equal(torrent.Bytes);
    }

    [Fact]
    public async Task A_complete_part_file_gets_its_final_name_at_the_opening()
    {
        await using var bench = new StorageHarness();
        TestTorrent torrent = Four(6);
        bench.Write("a.part", [.. torrent.Bytes, 1, 2, 3]);
        (TorrentStorage storage, StorageOpenResult opening) = await bench.OpenAsync(torrent);
        opening.Have.IsFull.Should().BeTrue();
        bench.Sink.Events.OfType<FileFinished>().Should().ContainSingle();
        File.ReadAllBytes(bench.PathTo("a")).Should().Equal(torrent.Bytes, "what is beyond its length is cut");
        Directory.Exists(bench.PathTo(".a.pieces")).Should().BeFalse();
        await bench.CloseAsync(storage);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_part_file_of_another_torrent_by_its_live_state_is_in_the_way_unless_a_piece_of_ours_is_in_it(bool hasOurs)
    {
        await using var bench = new StorageHarness();
        TestTorrent other = Four(7), torrent = Four(8);
        (TorrentStorage storage, _) = await bench.OpenAsync(other);
        await bench.StoreAsync(storage, other, 0, 1);
        await bench.CloseAsync(storage);
        if (hasOurs)
        {
            byte[] mixed = [.. torrent.PieceBytes(0), .. new byte[96 * KiB]];
            bench.Write("a.part", mixed);
            (storage, StorageOpenResult opening) = await bench.OpenAsync(torrent);
            StorageHarness.PiecesOf(opening.Have).Should().Equal([0]);
            await bench.CloseAsync(storage);
            return;
        }

        (await Fault(() => bench.OpenAsync(torrent))).Should().Be(StorageError.PathOccupied);
        (storage, StorageOpenResult kept) = await bench.OpenAsync(other);
        StorageHarness.PiecesOf(kept.Have).Should().Equal([0, 1], "the other download goes on as if nothing had happened");
        await bench.CloseAsync(storage);
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(3, 1)]
    public async Task Of_a_file_and_its_part_file_the_one_with_more_good_pieces_is_used_and_the_other_kept(int inFinal, int inPart)
    {
        await using var bench = new StorageHarness();
        TestTorrent torrent = Four(9);
        byte[] final = Damaged(torrent, [.. Enumerable.Range(inFinal, 4 - inFinal)]),
            part = Damaged(torrent, [.. Enumerable.Range(inPart, 4 - inPart)]);
        bench.Write("a", final);
        bench.Write("a.part", part);
        (TorrentStorage storage, StorageOpenResult opening) = await bench.OpenAsync(torrent);
        StorageHarness.PiecesOf(opening.Have).Should().Equal([0, 1, 2]);
        await bench.StoreAsync(storage, torrent, 3);
        await bench.CloseAsync(storage);
        File.ReadAllBytes(bench.PathTo("a")).Should().Equal(torrent.Bytes);
        string aside = bench.PathTo(inFinal > inPart ? "a.part.kept" : "a.kept");
        File.ReadAllBytes(aside).Should().Equal(inFinal > inPart ? part : final);
        opening.Warnings.Should().Contain(w => w.Contains(aside));
    }

    [Fact]
    public async Task A_complete_file_beside_a_part_file_is_used_and_the_part_file_left_alone()
    {
        await using var bench = new StorageHarness();
        TestTorrent torrent = Four(10);
        bench.Write("a", torrent.Bytes);
        bench.Write("a.part", Damaged(torrent, 2));
        (TorrentStorage storage, StorageOpenResult opening) = await bench.OpenAsync(torrent);
        opening.Have.IsFull.Should().BeTrue();
        await bench.CloseAsync(storage);
        File.ReadAllBytes(bench.PathTo("a")).Should().Equal(torrent.Bytes);
        File.ReadAllBytes(bench.PathTo("a.part")).Should().Equal(Damaged(torrent, 2));
    }

    [Fact]
    public async Task Repairing_one_lost_file_of_many_does_not_call_its_small_neighbours_foreign()
    {
        await using var bench = new StorageHarness();
        var torrent = TestTorrent.OfNames("data", 32 * KiB, ("big", 100 * KiB), ("lost", 5 * KiB), ("small", 2 * KiB));
        bench.Write("data/big", torrent.FileBytes(0));
        bench.Write("data/small", torrent.FileBytes(2));
        (TorrentStorage storage, StorageOpenResult opening) = await bench.OpenAsync(torrent);
        StorageHarness.PiecesOf(opening.Have).Should().Equal([0, 1, 2]);
        await bench.StoreAsync(storage, torrent, 3);
        await bench.CloseAsync(storage);
        for (int i = 0; i < 3; i++)
            File.ReadAllBytes(bench.PathTo(torrent.Metainfo.Files[i].RelativePath)).Should().Equal(torrent.FileBytes(i));
    }

    [Theory]
    [InlineData("data")]
    [InlineData("data/sub")]
    [InlineData("data/sub/a.part")]
    [InlineData("data/sub/a")]
    [InlineData(".data.pieces")]
    public async Task A_symbolic_link_where_something_of_ours_is_to_be_is_refused_and_not_followed(string planted)
    {
        await using var bench = new StorageHarness();
        var torrent = TestTorrent.OfNames("data", 32 * KiB, ("sub/a", 40 * KiB), ("b", 40 * KiB));
        Directory.CreateDirectory(bench.PathTo("elsewhere"));
        Directory.CreateDirectory(Path.GetDirectoryName(bench.PathTo(planted))!);
        File.CreateSymbolicLink(bench.PathTo(planted), bench.PathTo("elsewhere"));
        (await Fault(() => bench.OpenAsync(torrent))).Should().Be(StorageError.PathOccupied);
        Directory.GetFileSystemEntries(bench.PathTo("elsewhere")).Should().BeEmpty();
    }

    [Fact]
    public async Task The_output_folder_itself_may_be_a_link()
    {
        await using var bench = new StorageHarness();
        TestTorrent torrent = Four(13);
        Directory.CreateDirectory(bench.PathTo("real"));
        Directory.CreateSymbolicLink(bench.PathTo("out"), bench.PathTo("real"));
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent, o => o with { OutputDirectory = bench.PathTo("out") });
        await bench.StoreAsync(storage, torrent, 0, 1, 2, 3);
        await bench.CloseAsync(storage);
        File.ReadAllBytes(bench.PathTo("real/a")).Should().Equal(torrent.Bytes);
    }

    [Fact]
    public async Task A_folder_where_a_file_is_to_be_and_a_file_where_a_folder_is_to_be_are_in_the_way()
    {
        await using var bench = new StorageHarness();
        var torrent = TestTorrent.OfNames("data", 32 * KiB, ("sub/a", 40 * KiB), ("b", 40 * KiB));
        Directory.CreateDirectory(bench.PathTo("data/b"));
        (await Fault(() => bench.OpenAsync(torrent))).Should().Be(StorageError.PathOccupied);
        Directory.Delete(bench.PathTo("data/b"));
        bench.Write("data/sub", "x"u8);
        (await Fault(() => bench.OpenAsync(torrent))).Should().Be(StorageError.PathOccupied);
    }

    private static TestTorrent Four(int seed) => new("a", 128 * KiB, 32 * KiB, seed);

    private static byte[] Damaged(TestTorrent torrent, params int[] pieces)
    {
        byte[] bytes = [.. torrent.Bytes];
        foreach (int piece in pieces)
            bytes[torrent.Layout.OffsetOf(torrent.Layout.Piece(piece))] ^= 1;
        return bytes;
    }

    private static async Task<StorageError> Fault(Func<Task> act) => (await act.Should().ThrowAsync<StorageException>()).Which.Error;
}
