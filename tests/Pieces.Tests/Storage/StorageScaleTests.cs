using Microsoft.Win32.SafeHandles;
using Pieces.Platform;
using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Storage.Files;
using Pieces.Storage.Opening;
using Pieces.Storage.Resume;
using Pieces.Storage.Stores;
using Pieces.Tests.Support;

namespace Pieces.Tests.Storage;

[Trait("Tier", "Pure")]
public class StorageScaleTests
{
    private const int KiB = 1024;

    [Fact]
    public void A_long_log_is_read_back_whole_and_a_new_snapshot_replaces_it()
    {
        string folder = Directory.CreateTempSubdirectory("pieces-log").FullName;
        try
        {
            var torrent = new TestTorrent("a", 60_000, pieceLength: 1);
            var paths = new StoragePaths(torrent.Metainfo, CurrentPlatform.Files.OpenDirectory(folder));
            paths.Folder.CreateDirectory();
            PieceLedger ledger = EmptyLedger(torrent);
            var boot = Guid.NewGuid();
            using var log = new ResumeLog(paths, new ResumeSnapshot(torrent.Metainfo, ledger, boot));
            log.Rewrite();
            Parallel.For(0, 60_000, i =>
            {
                ledger.AddPiece(torrent.Layout.Piece(i));
                log.Append(new ResumeRecord(ResumeFact.PieceStored, i, 0));
            });
            log.IsLong.Should().BeTrue();
            long length = new FileInfo(paths.State.FullPath).Length;
            ResumeFile.Read(paths.State, torrent.Metainfo, boot).State!.Doubtful.IsFull.Should().BeTrue("no flush covers it");
            log.Rewrite();
            log.IsLong.Should().BeFalse();
            new FileInfo(paths.State.FullPath).Length.Should().BeLessThan(length / 10);
            ResumeFile.Read(paths.State, torrent.Metainfo, boot).State!.Doubtful.IsFull.Should().BeTrue("no flush covers it");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_state_longer_than_any_of_ours_is_not_read()
    {
        string folder = Directory.CreateTempSubdirectory("pieces-log").FullName;
        try
        {
            var torrent = new TestTorrent("a", 160, pieceLength: 16);
            string state = Path.Combine(folder, "state");
            using (var file = new FileStream(state, FileMode.Create))
                file.SetLength(ResumeFile.SnapshotLength(10, 1) + ResumeFile.MaxRecordsLength + 1);
            ResumeReading reading = ResumeFile.Read(StorageHarness.At(state), torrent.Metainfo, Guid.Empty);
            reading.Verdict.Should().Be(ResumeVerdict.Unusable);
            reading.Reason.Should().EndWith("bytes long");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_cache_of_handles_keeps_its_bound_and_closes_nothing_in_use()
    {
        using var cache = new HandleCache(3);
        var opener = new NullOpener();
        using (HandleCache.Lease held = cache.Take(opener, 0))
        {
            for (int i = 1; i < 20; i++)
            {
                using HandleCache.Lease lease = cache.Take(opener, i);
                cache.OpenCount.Should().BeLessThanOrEqualTo(3);
            }

            held.Handle.IsClosed.Should().BeFalse();
            cache.Drop(opener, 0);
            held.Handle.IsClosed.Should().BeFalse("it closes with its last user");
        }

        opener.OpenedStorage[0].IsClosed.Should().BeTrue();
        cache.Dispose();
        cache.OpenCount.Should().Be(0);
    }

    [Fact]
    public async Task Thousands_of_small_pieces_stored_at_once_all_count()
    {
        await using var bench = new StorageHarness();
        var torrent = TestTorrent.OfNames("data", 4 * KiB, ("a", 2500 * 4 * KiB), ("b", 2500 * 4 * KiB));
        (TorrentStorage storage, _) = await bench.OpenAsync(torrent);
        int[] most = [.. Enumerable.Range(0, torrent.Layout.PieceCount).Where(i => i % 10 != 3)];
        await bench.StoreAsync(storage, torrent, most);
        await bench.KillAsync(storage);
        (storage, StorageOpenResult opening) = await bench.OpenAsync(torrent);
        StorageHarness.PiecesOf(opening.Have).Should().Equal(most);
        await bench.CloseAsync(storage);
    }

    private static PieceLedger EmptyLedger(TestTorrent torrent) => new(torrent.Layout, new ResumeState
    {
        Have = new Bitfield(torrent.Layout.PieceCount),
        Durable = new Bitfield(torrent.Layout.PieceCount),
        Doubtful = new Bitfield(0),
        Candidates = [],
        Identities = new long[torrent.Metainfo.Files.Length],
    });

    private sealed class NullOpener : IHandleOpener
    {
        public List<SafeFileHandle> OpenedStorage { get; } = [];

        public SafeFileHandle Open(int file)
        {
            SafeFileHandle handle = File.OpenHandle(typeof(NullOpener).Assembly.Location);
            OpenedStorage.Add(handle);
            return handle;
        }
    }
}
