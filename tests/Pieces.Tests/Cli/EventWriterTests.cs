using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Pieces.Cli.Events;
using Pieces.Cli.Failures;
using Pieces.Cli.Terminal;
using Pieces.Tests.Support;

namespace Pieces.Tests.Cli;

[Trait("Tier", "Pure")]
public class EventWriterTests
{
    private const string Hash = "0123456789abcdef0123456789abcdef01234567";

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2025, 1, 31, 9, 15, 0, 7, TimeSpan.FromHours(1)));
    private readonly SlowOutput _output = new();
    private readonly List<Outcome> _failures = [];

    [Fact]
    public async Task An_event_is_one_line_with_its_version_time_name_and_torrent_first()
    {
        EventWriter writer = Writer();
        _output.Open();
        writer.Write(new PieceEvent(writer.Now, Hash, 3, 4, 5));
        await writer.DisposeAsync();
        _output.Text.Should().Be(
            $$"""{"v":1,"time":"2025-01-31T08:15:00.007Z","event":"piece","infohash":"{{Hash}}","index":3,"have":4,"pieces":5}""" + "\n");
        EventLines.Parse(_output.Text).Should().ContainSingle();
    }

    [Fact]
    public async Task A_hostile_name_is_kept_as_it_is_and_harms_no_line()
    {
        const string Evil = "a\u001b[2J\r\nb\u202e\u2028\0\"\\ \ud83d\ude00";
        EventWriter writer = Writer();
        _output.Open();
        writer.Write(new FileEvent(writer.Now, Hash, Evil, 1));
        writer.Write(new FileEvent(writer.Now, Hash, "half \ud83d", 1));
        await writer.DisposeAsync();
        IReadOnlyList<JsonObject> events = EventLines.Parse(_output.Text);
        events[0].Text("path").Should().Be(Evil);
        events[1].Text("path").Should().Be("half \ufffd");
    }

    [Fact]
    public async Task For_a_reader_who_does_not_read_pieces_and_summaries_wait_and_of_the_rest_only_so_much()
    {
        const int Many = 3 * EventWriter.MaxBeforeOthers;
        EventWriter writer = Writer();
        for (int i = 0; i < Many; i++)
        {
            writer.Write(new ProgressEvent(writer.Now, Hash, 0, 0, 0, 0, 0, 0, 0, null, null, "downloading"));
            writer.Write(new PeerEvent(writer.Now, Hash, "192.0.2.1:1", "connected", "", "", "tracker"));
        }

        for (int i = 0; i < Many; i++)
            writer.Write(new PieceEvent(writer.Now, Hash, i, i + 1, Many));
        Task disposing = writer.DisposeAsync().AsTask();
        disposing.IsCompleted.Should().BeFalse("what waits is to be read");
        _output.Open();
        await disposing.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        IReadOnlyList<JsonObject> events = EventLines.Parse(_output.Text);
        events.Of("piece").Select(e => e.Number("index")).Should().Equal(Enumerable.Range(0, Many).Select(i => (long)i));
        events.Of("progress").Count.Should().BeInRange(1, EventWriter.MaxBeforeProgress + 1);
        events.Of("peer").Count.Should().BeInRange(1, EventWriter.MaxBeforeOthers + 1);
    }

    [Fact]
    public async Task What_was_left_out_is_counted_and_said()
    {
        EventWriter writer = Writer();
        for (int i = 0; i < EventWriter.MaxBeforeOthers + 100; i++)
            writer.Write(new PeerEvent(writer.Now, Hash, "192.0.2.1:1", "connected", "", "", "tracker"));
        _output.Open();
        await _output.UntilIdleAsync(TestContext.Current.CancellationToken);
        writer.Write(new SummaryEvent(writer.Now, Hash, "x", 0, 0, "complete"));
        await writer.DisposeAsync();
        IReadOnlyList<JsonObject> events = EventLines.Parse(_output.Text);
        int missing = EventWriter.MaxBeforeOthers + 100 - events.Of("peer").Count;
        missing.Should().BePositive();
        events.Of("warning").Should().ContainSingle().Which.Text("message").Should().StartWith($"{missing} events were dropped");
        events[^1].Text("event").Should().Be("summary");
    }

    [Fact]
    public async Task A_reader_who_leaves_is_told_once_and_nothing_waits_for_him()
    {
        EventWriter writer = Writer();
        _output.Leave();
        for (int i = 0; i < 1000; i++)
            writer.Write(new PieceEvent(writer.Now, Hash, i, i, 1000));
        await writer.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        _failures.Should().ContainSingle().Which.Code.Should().Be(ExitCode.BrokenPipe);
    }

    private EventWriter Writer() => new(_output, _time, _failures.Add);

    /// <summary>Takes nothing until it is opened.</summary>
    private sealed class SlowOutput : IByteOutput
    {
        private readonly TaskCompletionSource<bool> _open = new();
        private readonly ArrayBufferWriter<byte> _bytes = new();
        private readonly Lock _lock = new();
        private int _flushes;

        public string Text
        {
            get
            {
                lock (_lock)
                    return Encoding.ASCII.GetString(_bytes.WrittenSpan);
            }
        }

        public void Open() => _open.SetResult(true);

        public void Leave() => _open.SetResult(false);

        public Task UntilIdleAsync(CancellationToken cancellationToken) =>
            FakeTimeSteps.UntilAsync(() => Volatile.Read(ref _flushes) > 0, cancellationToken);

        public void Write(ReadOnlySpan<byte> bytes)
        {
            if (!_open.Task.GetAwaiter().GetResult())
                throw new FailureException(ExitCode.BrokenPipe, string.Empty);
            lock (_lock)
                _bytes.Write(bytes);
        }

        public void Flush() => Interlocked.Increment(ref _flushes);
    }
}
