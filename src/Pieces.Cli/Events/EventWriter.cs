using System.Globalization;
using Pieces.Cli.Failures;
using Pieces.Cli.Terminal;

namespace Pieces.Cli.Events;

/// <summary>
/// Writes events for a reader of any speed. Only the end of the run waits for the reader. Events that occur once for each piece, file or source are
/// never dropped; the size of the torrents bounds how many of them can be queued. Other events are dropped while the queue is long. Progress events
/// are dropped silently, because the next one replaces them. Dropped peer, tracker and warning events are counted and reported by a warning.
/// Thread-safe.
/// </summary>
internal sealed class EventWriter : IAsyncDisposable
{
    /// <summary>Maximum number of queued events before progress events are dropped.</summary>
    public const int MaxBeforeProgress = 256;

    /// <summary>Maximum number of queued events before peer, tracker and warning events are dropped.</summary>
    public const int MaxBeforeOthers = 8192;

    private readonly OutputPump<TransferEvent> _pump;
    private readonly TimeProvider _time;
    private int _leftOut;

    /// <param name="output">Where the lines go.</param>
    /// <param name="time">Supplies the time of events.</param>
    /// <param name="onFailure">Called once if the output can no longer be written.</param>
    public EventWriter(IByteOutput output, TimeProvider time, Action<Outcome> onFailure)
    {
        _pump = new OutputPump<TransferEvent>(output, EventLine.Write, onFailure);
        _time = time;
    }

    /// <summary>The current time, for use in events.</summary>
    public DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>Queues an event, or drops it.</summary>
    public void Write(TransferEvent e)
    {
        switch (e)
        {
            case ProgressEvent when _pump.Waiting >= MaxBeforeProgress:
                return;
            case PeerEvent or TrackerEvent or WarningEvent when _pump.Waiting >= MaxBeforeOthers:
                Interlocked.Increment(ref _leftOut);
                return;
        }

        SayWhatIsMissing();
        _pump.Add(e);
    }

    /// <summary>Waits until all queued events are written.</summary>
    public async ValueTask DisposeAsync() => await _pump.DisposeAsync();

    private void SayWhatIsMissing()
    {
        if (_leftOut == 0 || _pump.Waiting >= MaxBeforeOthers)
            return;
        int leftOut = Interlocked.Exchange(ref _leftOut, 0);
        if (leftOut == 0)
            return;
        string message = string.Create(CultureInfo.InvariantCulture, $"{leftOut} events were dropped because they were not read in time");
        _pump.Add(new WarningEvent(Now, null, null, message, 0));
    }
}
