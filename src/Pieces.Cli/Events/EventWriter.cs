using System.Globalization;
using Pieces.Cli.Failures;
using Pieces.Cli.Terminal;

namespace Pieces.Cli.Events;

/// <summary>
/// Writes events for a reader of any speed; nobody ever waits for it but the end of the run. What happens once for each piece, file or
/// source is never left out, so the torrents themselves bound how much of it may wait. Of the rest only so much waits: progress is left out
/// silently, since the next one says more; peers, trackers and warnings are counted, and a warning says how many are missing. Safe for all threads.
/// </summary>
internal sealed class EventWriter : IAsyncDisposable
{
    /// <summary>Events that may wait before progress is left out.</summary>
    public const int MaxBeforeProgress = 256;

    /// <summary>Events that may wait before peers, trackers and warnings are left out.</summary>
    public const int MaxBeforeOthers = 8192;

    private readonly OutputPump<TransferEvent> _pump;
    private readonly TimeProvider _time;
    private int _leftOut;

    /// <param name="output">Where the lines go.</param>
    /// <param name="time">Says when events happened.</param>
    /// <param name="onFailure">Hears, once, that nobody takes them any more.</param>
    public EventWriter(IByteOutput output, TimeProvider time, Action<Outcome> onFailure)
    {
        _pump = new OutputPump<TransferEvent>(output, EventLine.Write, onFailure);
        _time = time;
    }

    /// <summary>The time of an event that happens now.</summary>
    public DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>Puts an event in line, or leaves it out.</summary>
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

    /// <summary>Waits until everything is written.</summary>
    public async ValueTask DisposeAsync() => await _pump.DisposeAsync();

    private void SayWhatIsMissing()
    {
        if (_leftOut == 0 || _pump.Waiting >= MaxBeforeOthers)
            return;
        int leftOut = Interlocked.Exchange(ref _leftOut, 0);
        if (leftOut == 0)
            return;
        string message = string.Create(CultureInfo.InvariantCulture, $"{leftOut} events were left out: nobody read them in time");
        _pump.Add(new WarningEvent(Now, null, null, message, 0));
    }
}
