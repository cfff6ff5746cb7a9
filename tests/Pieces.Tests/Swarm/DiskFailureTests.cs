using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Storage.Opening;
using Pieces.Tests.Support;

namespace Pieces.Tests.Swarm;

[Trait("Tier", "Swarm")]
[Collection(SwarmCollection.Name)]
public class DiskFailureTests
{
    private const int KiB = TestTorrent.KiB;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_torrent_whose_only_disk_job_fails_ends_without_waiting(bool canResume)
    {
        await using var swarm = new TestSwarm(new TestTorrent(length: 64 * KiB, pieceLength: 64 * KiB));
        SwarmMember seed = swarm.AddSeed();
        FailingStore? store = null;
        SwarmMember leecher = swarm.Add(
            swarm.NextAddress(),
            swarm.NextFolder(),
            TestSwarm.LeecherOptions(seed.EndPoint),
            makeStore: options => store = new FailingStore(options, canResume));
        await swarm.UntilAsync(() => store?.HasFailed == true, "the disk fails");

        // The limit is less than the 2 s for which a torrent waits for its disk. At the limit the clock stops, so a torrent that still waits would
        // not end.
        await swarm.UntilAsync(() => leecher.Torrent.Stopped.IsCompleted, "the torrent ends, as nothing is under way", TimeSpan.FromSeconds(1));
        Func<Task> stopped = () => leecher.Torrent.Stopped;
        (await stopped.Should().ThrowAsync<StorageException>()).Which.Error.Should().Be(StorageError.DiskFull);
        await swarm.RemoveAsync(leecher);
        await swarm.EndAsync();
    }

    /// <summary>A store without pieces that fails every job at once.</summary>
    private sealed class FailingStore(StorageOptions options, bool canResume) : ITorrentStore, IPieceStore
    {
        private volatile bool _hasFailed;

        public bool HasFailed => _hasFailed;

        public IPieceStore Pieces => this;

        public bool CanResume => canResume;

        public Task<StorageOpenResult> OpenAsync(IProgress<CheckProgress>? progress, CancellationToken cancellationToken)
        {
            var none = new Bitfield(options.Metainfo.Layout.PieceCount);
            return Task.FromResult(new StorageOpenResult(none, [], none.Clone(), new Bitfield(options.Metainfo.Files.Length), []));
        }

        public void WriteBlocks(PieceIndex piece, IReadOnlyList<CandidateBlock> blocks) => Fail();

        public void StorePiece(PieceIndex piece, BlockBuffer?[] blocks, IReadOnlyList<bool> written)
        {
            foreach (BlockBuffer? block in blocks)
                block?.Dispose();
            Fail();
        }

        public void ForgetCandidates(PieceIndex piece)
        {
        }

        public ValueTask ReadAsync(IReadOnlyList<BlockRead> reads, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task WhenIdleAsync() => Task.CompletedTask;

        public Task CloseAsync() => Task.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private void Fail()
        {
            options.Sink.OnDisk(new DiskFailed(new StorageException(StorageError.DiskFull, "disk", "disk: no space left on device")));
            _hasFailed = true;
        }
    }
}
