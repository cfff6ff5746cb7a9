using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Storage.Opening;
using Pieces.Storage.Stores;
using Pieces.Tests.Support;
using Pieces.Torrents.Downloading;

namespace Pieces.Tests.Storage;

/// <summary>The storage with another hash algorithm than SHA-1. It must behave in the same way.</summary>
[Trait("Tier", "Pure")]
public class SecondHasherTests
{
    private const int KiB = 1024;
    private const int MiB = 1024 * KiB;

    [Theory]
    [InlineData(16 * KiB, 150 * KiB)]
    [InlineData(64 * KiB, 300 * KiB)]
    [InlineData(4 * MiB, 9 * MiB + 100)]
    public async Task Pieces_are_stored_and_found_again_by_hashing_them(int pieceLength, int length)
    {
        await using var bench = new StorageHarness();
        TestTorrent torrent = new TestTorrent("a", length, pieceLength).WithMerkleHashes();
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        int[] all = [.. Enumerable.Range(0, torrent.Layout.PieceCount)];
        await bench.StoreAsync(storage, torrent, all);
        await bench.CloseAsync(storage);
        File.ReadAllBytes(bench.PathTo("a")).Should().Equal(torrent.Bytes);
        Directory.Exists(bench.PathTo(".a.pieces")).Should().BeFalse("nothing vouches for the pieces but their hashes");

        (storage, StorageOpenResult opening) = await bench.OpenAsync(torrent);
        StorageHarness.PiecesOf(opening.Have).Should().Equal(all);
        await bench.CloseAsync(storage);

        await using (var file = new FileStream(bench.PathTo("a"), FileMode.Open))
        {
            file.Position = pieceLength;
            file.WriteByte((byte)~torrent.Bytes[pieceLength]);
        }

        DataCheckResult result = await DataVerifier.RunAsync(torrent.Metainfo, bench.Folder, null, TestContext.Current.CancellationToken);
        result.BadPieces.Should().Equal(1);
        result.GoodPieces.Should().Be(all.Length - 1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_large_piece_whose_blocks_were_written_early_is_verified_by_its_running_hash(bool isDamaged)
    {
        await using var bench = new StorageHarness();
        TestTorrent torrent = new TestTorrent("a", 6 * MiB, 4 * MiB, seed: 2).WithMerkleHashes();
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        PieceIndex piece = torrent.Layout.Piece(0);
        int count = torrent.Layout.BlockCountOf(piece);
        var last = new CandidateBlock(count - 1, bench.Block(torrent, 0, count - 1, isDamaged));
        await bench.WriteAsync(storage, torrent, 0, [.. Enumerable.Range(0, 100)]);
        await bench.WriteAsync(storage, torrent, 0, [.. Enumerable.Range(100, count - 101)]);
        storage.Pieces.StorePiece(piece, [.. new BlockBuffer?[count - 1], last.Data], [.. Enumerable.Repeat(true, count - 1), false]);
        if (isDamaged)
            (await bench.Sink.When<PieceRejected>(e => e.Piece == piece)).BlockDigests.Should().HaveCount(count);
        else
            await bench.Sink.When<PieceStored>(e => e.Piece == piece);
        await bench.CloseAsync(storage);
    }

    [Fact]
    public async Task Who_sent_the_bad_block_of_a_rejected_piece_is_found_by_the_good_copy()
    {
        await using var bench = new StorageHarness();
        TestTorrent torrent = new TestTorrent("a", 300 * KiB, 64 * KiB, seed: 3).WithMerkleHashes();
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        PieceIndex piece = torrent.Layout.Piece(1);
        SenderId[] senders = [new(7), new(8), new(9), new(7)];
        List<SenderId> convicted = [];
        var ledger = new BlameLedger();

        storage.Pieces.StorePiece(piece, bench.Blocks(torrent, 1, damage: 2), new bool[4]);
        ledger.Record(piece, (await bench.Sink.When<PieceRejected>(e => e.Piece == piece)).BlockDigests, senders, convicted);
        convicted.Should().BeEmpty();
        storage.Pieces.StorePiece(piece, bench.Blocks(torrent, 1), new bool[4]);
        ledger.Resolve(piece, (await bench.Sink.When<PieceDigests>(e => e.Piece == piece)).BlockDigests, convicted);
        convicted.Should().Equal(new SenderId(9));
        await bench.Sink.When<PieceStored>(e => e.Piece == piece);
        await bench.CloseAsync(storage);
    }

    [Fact]
    public async Task A_piece_that_only_the_state_vouches_for_is_hashed_before_it_is_served()
    {
        await using var bench = new StorageHarness();
        TestTorrent torrent = new TestTorrent("a", 640 * KiB, 64 * KiB, seed: 4).WithMerkleHashes();
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        await bench.StoreAsync(storage, torrent, 0, 1);
        await bench.CloseAsync(storage);
        DateTime written = File.GetLastWriteTimeUtc(bench.PathTo("a.part"));
        await using (FileStream file = File.OpenWrite(bench.PathTo("a.part")))
            file.WriteByte((byte)~torrent.Bytes[0]);
        File.SetLastWriteTimeUtc(bench.PathTo("a.part"), written);
        bench.StampAgain();

        (storage, StorageOpenResult opening) = await bench.OpenAsync(torrent);
        StorageHarness.PiecesOf(opening.Have).Should().Equal(0, 1);
        BlockRequest bad = torrent.Layout.Block(torrent.Layout.Piece(0), 2), good = torrent.Layout.Block(torrent.Layout.Piece(1), 0);
        Func<Task> serve = () => storage.Pieces.ReadAsync([new BlockRead(bad, new byte[bad.Length])], TestContext.Current.CancellationToken).AsTask();
        await serve.Should().ThrowAsync<StorageException>().WithMessage("*a.part: the data of piece 0 was changed*");
        byte[] served = new byte[good.Length];
        await storage.Pieces.ReadAsync([new BlockRead(good, served)], TestContext.Current.CancellationToken);
        served.Should().Equal(torrent.PieceBytes(1)[..good.Length].ToArray());
        await bench.CloseAsync(storage);
    }
}
