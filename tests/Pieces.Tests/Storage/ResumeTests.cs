using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Storage.Opening;
using Pieces.Storage.Resume;
using Pieces.Storage.Stores;
using Pieces.Storage.Transfer;
using Pieces.Tests.Support;

namespace Pieces.Tests.Storage;

[Trait("Tier", "Pure")]
public class ResumeTests
{
    private const int KiB = 1024;

    [Fact]
    public async Task After_a_kill_every_stored_piece_and_every_written_block_still_counts()
    {
        await using var bench = new StorageHarness();
        TestTorrent torrent = TenPieces(1);
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        await bench.StoreAsync(storage, torrent, 0, 4, 9);
        await bench.WriteAsync(storage, torrent, 2, 1, 3);
        await bench.WriteAsync(storage, torrent, 2, 0);
        await bench.KillAsync(storage);

        (storage, StorageOpenResult opening) = await bench.OpenAsync(torrent);
        StorageHarness.PiecesOf(opening.Have).Should().Equal([0, 4, 9]);
        opening.Warnings.Should().BeEmpty();
        OpenCandidate candidate = opening.Candidates.Should().ContainSingle().Subject;
        candidate.Piece.Value.Should().Be(2);
        candidate.Ordinals.Should().Equal([0, 1, 3]);

        BlockBuffer?[] blocks = [null, null, bench.Block(torrent, 2, 2), null];
        storage.Pieces.StorePiece(torrent.Layout.Piece(2), blocks, [true, true, false, true]);
        await bench.Sink.When<PieceStored>(e => e.Piece.Value == 2);
        await bench.StoreAsync(storage, torrent, 1, 3, 5, 6, 7, 8);
        await bench.CloseAsync(storage);
        File.ReadAllBytes(bench.PathTo("a")).Should().Equal(torrent.Bytes);
    }

    [Fact]
    public async Task A_clean_stop_keeps_pieces_and_candidates_even_over_a_power_cut()
    {
        await using var bench = new StorageHarness();
        TestTorrent torrent = TenPieces(2);
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        await bench.StoreAsync(storage, torrent, 1, 2);
        await bench.WriteAsync(storage, torrent, 5, 0, 1);
        await bench.CloseAsync(storage);

        bench.Boot = Guid.NewGuid();
        (storage, StorageOpenResult opening) = await bench.OpenAsync(torrent);
        StorageHarness.PiecesOf(opening.Have).Should().Equal([1, 2]);
        opening.Candidates.Should().ContainSingle().Which.Ordinals.Should().Equal([0, 1]);
        await bench.CloseAsync(storage);
    }

    [Fact]
    public async Task After_a_power_cut_what_was_not_flushed_is_hashed_and_counts_only_if_it_is_there()
    {
        await using var bench = new StorageHarness();
        TestTorrent torrent = TenPieces(3);
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        await bench.StoreAsync(storage, torrent, 1, 2, 3);
        await bench.KillAsync(storage);
        // Piece 2 has not reached the disk, but the modification time of the file is unchanged.
        DateTime written = File.GetLastWriteTimeUtc(bench.PathTo("a.part"));
        await using (FileStream file = File.OpenWrite(bench.PathTo("a.part")))
        {
            file.Position = 2 * 64 * KiB;
            file.Write(new byte[64 * KiB]);
        }

        File.SetLastWriteTimeUtc(bench.PathTo("a.part"), written);
        bench.Boot = Guid.NewGuid();
        (storage, StorageOpenResult opening) = await bench.OpenAsync(torrent);
        StorageHarness.PiecesOf(opening.Have).Should().Equal([1, 3]);
        await bench.CloseAsync(storage);
    }

    [Fact]
    public async Task What_was_flushed_in_time_survives_a_power_cut_without_being_hashed()
    {
        await using var bench = new StorageHarness();
        TestTorrent torrent = TenPieces(4);
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        await bench.StoreAsync(storage, torrent, 1, 2);
        long before = new FileInfo(bench.PathTo(".a.pieces/state")).Length;
        bench.Time.Advance(DataFlusher.Interval);
        await FakeTimeSteps.UntilAsync(
            () => new FileInfo(bench.PathTo(".a.pieces/state")).Length > before, TestContext.Current.CancellationToken);
        await bench.KillAsync(storage);

        bench.Boot = Guid.NewGuid();
        ResumeReading reading = ResumeFile.Read(StorageHarness.At(bench.PathTo(".a.pieces/state")), torrent.Metainfo, bench.Boot);
        StorageHarness.PiecesOf(reading.State!.Have).Should().Equal([1, 2]);
        reading.State.Doubtful.Count.Should().Be(0);
    }

    [Theory]
    [InlineData("deleted")]
    [InlineData("emptied")]
    [InlineData("cut")]
    [InlineData("random")]
    [InlineData("foreign")]
    [InlineData("later version")]
    [InlineData("folder deleted")]
    public async Task A_state_that_is_of_no_use_is_said_once_and_what_is_there_is_hashed(string how)
    {
        await using var bench = new StorageHarness();
        TestTorrent torrent = TenPieces(5);
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        await bench.StoreAsync(storage, torrent, 0, 1, 7);
        await bench.KillAsync(storage);
        string state = bench.PathTo(".a.pieces/state");
        byte[] bytes = await File.ReadAllBytesAsync(state, TestContext.Current.CancellationToken);
        switch (how)
        {
            case "deleted":
                File.Delete(state);
                break;
            case "folder deleted":
                Directory.Delete(bench.PathTo(".a.pieces"), recursive: true);
                break;
            case "emptied":
                await File.WriteAllBytesAsync(state, [], TestContext.Current.CancellationToken);
                break;
            case "cut":
                await File.WriteAllBytesAsync(state, bytes[..60], TestContext.Current.CancellationToken);
                break;
            case "random":
                new Random(5).NextBytes(bytes);
                await File.WriteAllBytesAsync(state, bytes, TestContext.Current.CancellationToken);
                break;
            case "foreign":
                bytes[16] ^= 1;
                await File.WriteAllBytesAsync(state, bytes, TestContext.Current.CancellationToken);
                break;
            case "later version":
                bytes[8]++;
                await File.WriteAllBytesAsync(state, bytes, TestContext.Current.CancellationToken);
                break;
        }

        (storage, StorageOpenResult opening) = await bench.OpenAsync(torrent);
        StorageHarness.PiecesOf(opening.Have).Should().Equal([0, 1, 7]);
        opening.Warnings.Should().HaveCount(how is "deleted" or "folder deleted" ? 0 : 1);
        await bench.CloseAsync(storage);
        (storage, opening) = await bench.OpenAsync(torrent);
        opening.Warnings.Should().BeEmpty();
        opening.Have.Count.Should().Be(3);
        await bench.CloseAsync(storage);
    }

    [Fact]
    public async Task A_state_cut_at_any_byte_or_with_any_byte_flipped_never_counts_a_piece_that_is_not_there()
    {
        await using var bench = new StorageHarness();
        TestTorrent torrent = TenPieces(6);
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        await bench.StoreAsync(storage, torrent, 3, 4);
        await bench.WriteAsync(storage, torrent, 6, 2);
        await bench.KillAsync(storage);
        string state = bench.PathTo(".a.pieces/state");
        byte[] bytes = await File.ReadAllBytesAsync(state, TestContext.Current.CancellationToken);
        for (int i = 0; i < bytes.Length; i++)
        {
            await File.WriteAllBytesAsync(state, bytes[..i], TestContext.Current.CancellationToken);
            MustBeWithin(ResumeFile.Read(StorageHarness.At(state), torrent.Metainfo, bench.Boot));
            byte[] flipped = [.. bytes];
            flipped[i] ^= 0x10;
            await File.WriteAllBytesAsync(state, flipped, TestContext.Current.CancellationToken);
            MustBeWithin(ResumeFile.Read(StorageHarness.At(state), torrent.Metainfo, bench.Boot));
        }

        static void MustBeWithin(ResumeReading reading)
        {
            if (reading.State is { } found)
                StorageHarness.PiecesOf(found.Have).Should().BeSubsetOf([3, 4]);
        }
    }

    [Theory]
    [InlineData("changed")]
    [InlineData("cut")]
    [InlineData("grown")]
    [InlineData("removed")]
    [InlineData("replaced by one that looks older")]
    [InlineData("changed with its old time")]
    [InlineData("changed with an older time")]
    public async Task Data_that_was_touched_between_runs_is_found_out(string how)
    {
        await using var bench = new StorageHarness();
        TestTorrent torrent = TenPieces(7);
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        await bench.StoreAsync(storage, torrent, 0, 1, 8);
        await bench.CloseAsync(storage);
        string part = bench.PathTo("a.part");
        byte[] bytes = await File.ReadAllBytesAsync(part, TestContext.Current.CancellationToken);
        int[] expected = [0, 8];
        switch (how)
        {
            case "changed":
                bytes[64 * KiB] ^= 1;
                await File.WriteAllBytesAsync(part, bytes, TestContext.Current.CancellationToken);
                // The clock of a file system advances only every few milliseconds, so a later time is set explicitly.
                File.SetLastWriteTimeUtc(part, File.GetLastWriteTimeUtc(bench.PathTo(".a.pieces/state")).AddMilliseconds(10));
                break;
            case "cut":
                await File.WriteAllBytesAsync(part, bytes[..(65 * KiB)], TestContext.Current.CancellationToken);
                expected = [0];
                break;
            case "grown":
                bytes[64 * KiB] ^= 1;
                await File.WriteAllBytesAsync(part, [.. bytes, 1, 2, 3], TestContext.Current.CancellationToken);
                break;
            case "removed":
                File.Delete(part);
                expected = [];
                break;
            case "changed with its old time" or "changed with an older time":
                // This is the result of rsync --inplace -t, or of a clock that was set back.
                DateTime time = File.GetLastWriteTimeUtc(part);
                bytes[64 * KiB] ^= 1;
                await File.WriteAllBytesAsync(part, bytes, TestContext.Current.CancellationToken);
                File.SetLastWriteTimeUtc(part, how == "changed with its old time" ? time : time.AddHours(-1));
                break;
            default:
                bytes[64 * KiB] ^= 1;
                File.Move(part, part + ".old");
                await File.WriteAllBytesAsync(part, bytes, TestContext.Current.CancellationToken);
                File.SetLastWriteTimeUtc(part, DateTime.UnixEpoch);
                break;
        }

        (storage, StorageOpenResult opening) = await bench.OpenAsync(torrent);
        StorageHarness.PiecesOf(opening.Have).Should().Equal(expected);
        await bench.StoreAsync(storage, torrent, [.. Enumerable.Range(0, 10).Except(expected)]);
        await bench.CloseAsync(storage);
        File.ReadAllBytes(bench.PathTo("a")).Should().Equal(torrent.Bytes);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(10, false)]
    public async Task A_write_that_a_kill_kept_from_the_state_costs_a_check_and_no_candidates_but_a_later_one_does(
        int secondsLater, bool keepsCandidates)
    {
        await using var bench = new StorageHarness();
        TestTorrent torrent = TenPieces(12);
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        await bench.StoreAsync(storage, torrent, 0, 1);
        await bench.WriteAsync(storage, torrent, 2, 0, 1, 2, 3);
        await bench.WriteAsync(storage, torrent, 3, 0);
        await bench.KillAsync(storage);
        await using (var file = new FileStream(bench.PathTo("a.part"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            file.WriteByte((byte)~torrent.Bytes[0]);
        File.SetLastWriteTimeUtc(bench.PathTo("a.part"), File.GetLastWriteTimeUtc(bench.PathTo(".a.pieces/state")).AddSeconds(secondsLater));

        (storage, StorageOpenResult opening) = await bench.OpenAsync(torrent);
        StorageHarness.PiecesOf(opening.Have).Should().Equal([1, 2], "piece 0 was changed, and piece 2 was whole without anybody knowing");
        opening.Candidates.Select(c => c.Piece.Value).Should().Equal(keepsCandidates ? [3] : []);
        await bench.CloseAsync(storage);
    }

    [Fact]
    public async Task A_piece_trusted_from_the_state_is_hashed_before_it_is_served()
    {
        await using var bench = new StorageHarness();
        TestTorrent torrent = TenPieces(8);
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        await bench.StoreAsync(storage, torrent, 0, 1);
        await bench.CloseAsync(storage);
        DateTime written = File.GetLastWriteTimeUtc(bench.PathTo("a.part"));
        await using (FileStream file = File.OpenWrite(bench.PathTo("a.part")))
            file.WriteByte((byte)~torrent.Bytes[0]);
        File.SetLastWriteTimeUtc(bench.PathTo("a.part"), written);
        bench.StampAgain();

        (storage, StorageOpenResult opening) = await bench.OpenAsync(torrent);
        StorageHarness.PiecesOf(opening.Have).Should().Equal([0, 1], "the file looks as it was left");
        BlockRequest bad = torrent.Layout.Block(torrent.Layout.Piece(0), 2), good = torrent.Layout.Block(torrent.Layout.Piece(1), 0);
        Func<Task> serve = () => storage.Pieces.ReadAsync([new BlockRead(bad, new byte[bad.Length])], TestContext.Current.CancellationToken).AsTask();
        await serve.Should().ThrowAsync<StorageException>().WithMessage("*a.part: the data of piece 0 was changed*");
        await storage.Pieces.ReadAsync([new BlockRead(good, new byte[good.Length])], TestContext.Current.CancellationToken);
        await bench.CloseAsync(storage);
    }

    [Fact]
    public async Task Forgotten_candidates_do_not_come_back()
    {
        await using var bench = new StorageHarness();
        TestTorrent torrent = TenPieces(9);
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        await bench.WriteAsync(storage, torrent, 1, 0, 1);
        await bench.WriteAsync(storage, torrent, 2, 0);
        storage.Pieces.ForgetCandidates(torrent.Layout.Piece(1));
        await bench.WriteAsync(storage, torrent, 2, 1);
        await bench.KillAsync(storage);
        (storage, StorageOpenResult opening) = await bench.OpenAsync(torrent);
        opening.Candidates.Should().ContainSingle().Which.Piece.Value.Should().Be(2);
        await bench.CloseAsync(storage);
    }

    [Fact]
    public async Task Killed_again_and_again_it_loses_nothing_that_was_stored()
    {
        await using var bench = new StorageHarness();
        TestTorrent torrent = TenPieces(10);
        var random = new Random(10);
        HashSet<int> stored = [];
        while (stored.Count < 10)
        {
            (TorrentStorage storage, StorageOpenResult opening) = await bench.OpenAsync(torrent);
            StorageHarness.PiecesOf(opening.Have).Should().BeEquivalentTo(stored);
            int next = Enumerable.Range(0, 10).Except(stored).OrderBy(_ => random.Next()).First();
            int[] there = [.. opening.Candidates.Where(c => c.Piece.Value == next).SelectMany(c => c.Ordinals)];
            if (there.Length == 0 && random.Next(2) == 0)
            {
                await bench.WriteAsync(storage, torrent, next, 0, 2);
            }
            else
            {
                BlockBuffer?[] blocks = [.. Enumerable.Range(0, 4).Select(i => there.Contains(i) ? null : bench.Block(torrent, next, i))];
                storage.Pieces.StorePiece(torrent.Layout.Piece(next), blocks, [.. blocks.Select(b => b is null)]);
                await bench.Sink.When<PieceStored>(_ => true);
                stored.Add(next);
            }

            await bench.KillAsync(storage);
        }

        File.ReadAllBytes(bench.PathTo("a")).Should().Equal(torrent.Bytes);
    }

    [Fact]
    public async Task A_file_that_grew_to_its_full_length_before_a_kill_goes_on()
    {
        await using var bench = new StorageHarness();
        TestTorrent torrent = TenPieces(12);
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent, Unsized);
        await bench.StoreAsync(storage, torrent, 9, 2);
        await bench.KillAsync(storage);
        new FileInfo(bench.PathTo("a.part")).Length.Should().Be(torrent.Bytes.Length);

        (storage, StorageOpenResult opening) = await bench.OpenAsync(torrent, Unsized);
        StorageHarness.PiecesOf(opening.Have).Should().Equal([2, 9]);
        await bench.CloseAsync(storage);

        static StorageOptions Unsized(StorageOptions options) => options with { Preallocation = Preallocation.None };
    }

    [Fact]
    public async Task A_second_opener_is_told_of_the_lock_and_a_lock_left_behind_is_no_obstacle()
    {
        await using var bench = new StorageHarness();
        TestTorrent torrent = TenPieces(11);
        bench.Write(".a.pieces/lock", []);
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        Func<Task> second = () => bench.OpenAsync(torrent);
        (await second.Should().ThrowAsync<StorageException>()).Which.Error.Should().Be(StorageError.Locked);
        await bench.KillAsync(storage);
        (storage, _) = await bench.OpenAsync(torrent);
        await bench.CloseAsync(storage);
    }

    private static TestTorrent TenPieces(int seed) => new("a", 10 * 64 * KiB, 64 * KiB, seed);
}
