using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;
using Pieces.Platform;
using Pieces.Storage.Transfer;
using Pieces.Tests.Interop;
using Pieces.Tests.Metadata;

namespace Pieces.Tests.Storage;

[Trait("Tier", "Loopback")]
public sealed class DiskQueueTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private readonly ManualResetEventSlim _disk = new();
    private readonly ConcurrentQueue<string> _events = new();
    private readonly DiskQueue _queue;

    public DiskQueueTests() => _queue = new DiskQueue(_time);

    public void Dispose()
    {
        _disk.Set();
        _folder.Dispose();
    }

    [Fact]
    public async Task Jobs_of_one_torrent_run_while_those_of_another_hang()
    {
        DiskLane hanging = Open("hanging"), other = Open("other");
        for (int i = 0; i < 20; i++)
            hanging.Workers.Enqueue(hanging, new Job(() => _disk.Wait(), _ => _events.Enqueue("abandoned")));
        for (int i = 0; i < 20; i++)
            other.Workers.Enqueue(other, new Job(() => _events.Enqueue("done")));
        await UntilAsync("done", 20);
    }

    [Fact]
    public async Task A_torrent_whose_job_hangs_is_reported_once_and_left_alone()
    {
        DiskLane hanging = Open("hanging");
        for (int i = 0; i < 20; i++)
            hanging.Workers.Enqueue(hanging, new Job(() => _disk.Wait(), _ => _events.Enqueue("abandoned")));
        await Eventually.TrueAsync(() => hanging.Running > 1, TimeSpan.FromSeconds(30), () => "jobs to begin", TestContext.Current.CancellationToken);
        int running = hanging.Running;
        _queue.IsHanging.Should().BeFalse();
        for (int i = 0; i < 5; i++)
            _time.Advance(TimeSpan.FromSeconds(10));
        _queue.IsHanging.Should().BeTrue();
        _events.Count(said => said == "hanging hangs").Should().Be(1);
        _events.Count(said => said == "abandoned").Should().Be(20 - running, "what had not begun is given up");
        hanging.Workers.Enqueue(hanging, new Job(() => _events.Enqueue("run"), _ => _events.Enqueue("refused")));
        _events.Should().Contain("refused").And.NotContain("run");

        // Other threads have replaced the hanging ones, and no operation waits for these.
        DiskLane other = Open("other");
        for (int i = 0; i < 20; i++)
            other.Workers.Enqueue(other, new Job(() => _events.Enqueue("done")));
        await UntilAsync("done", 20);
        await _queue.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task The_end_waits_for_what_is_queued()
    {
        DiskLane lane = Open("torrent");
        for (int i = 0; i < 100; i++)
            lane.Workers.Enqueue(lane, new Job(() => _events.Enqueue("done")));
        await _queue.DisposeAsync();
        _events.Should().HaveCount(100);
        lane.Invoking(it => it.Workers.Enqueue(it, new Job(() => { }))).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public async Task A_bug_in_a_job_is_told_to_its_owner_and_the_next_one_runs()
    {
        DiskLane lane = Open("torrent");
        lane.Workers.Enqueue(lane, new Job(() => throw new InvalidOperationException("bug"), e => _events.Enqueue(e.Message)));
        lane.Workers.Enqueue(lane, new Job(() => _events.Enqueue("done")));
        await UntilAsync("done", 1);
        await _queue.DisposeAsync();
        _events.Should().BeEquivalentTo("bug", "done");
    }

    private DiskLane Open(string name) => _queue.Open(CurrentPlatform.Files, _folder.Path, () => _events.Enqueue($"{name} hangs"));

    private Task UntilAsync(string said, int times) => Eventually.TrueAsync(
        () => _events.Count(e => e == said) == times, TimeSpan.FromSeconds(30), () => $"{times} times {said}", TestContext.Current.CancellationToken);

    private sealed class Job : DiskJob
    {
        private readonly Action _run;
        private readonly Action<Exception>? _abandon;

        public Job(Action run, Action<Exception>? abandon = null)
        {
            _run = run;
            _abandon = abandon;
        }

        internal override void Run() => _run();

        internal override void Abandon(Exception reason) => _abandon?.Invoke(reason);
    }
}
