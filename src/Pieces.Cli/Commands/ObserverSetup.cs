using Pieces.Cli.Events;
using Pieces.Cli.Hooks;
using Pieces.Cli.Progress;
using Pieces.Cli.Terminal;
using Pieces.Cli.Transfers;
using Serilog;

namespace Pieces.Cli.Commands;

/// <summary>Creates the observers of a run.</summary>
internal static class ObserverSetup
{
    /// <summary>Creates the observers. The caller disposes them.</summary>
    /// <param name="context">Output, messages, clock and signals of the run.</param>
    /// <param name="settings">Settings of the run.</param>
    /// <param name="parts">The parts that are specific to the command.</param>
    /// <param name="events">Writes events for programs; null if the output is for people. It is disposed together with the observers.</param>
    /// <param name="stop">Ends the run.</param>
    public static TransferObservers Create(CliContext context, TransferSettings settings, TransferParts parts, EventWriter? events, RunStop stop)
    {
        TransferObserver audience = events is null
            ? new PeopleObserver(context.Messages, ProgressViews.Create(context, settings.Progress), parts.Text)
            : new EventObserver(events, settings.Torrent.SeedOnly);
        List<TransferObserver> observers = [audience, .. parts.Observers];
        if (settings.Torrent.Stream is null)
            observers.Add(new LinkObserver(settings.Links, audience));
        if (settings.Paths != PathStyle.None)
            observers.Add(new PathObserver(context.Output, settings.Paths, !Console.IsOutputRedirected, stop.FailOutput));
        if (settings.OnComplete is { } command)
            observers.Add(CreateHooks(context, settings, command, audience, stop));
        return new TransferObservers(observers);
    }

    /// <summary>Creates the event writer; null if the output is for people.</summary>
    public static EventWriter? CreateWriter(CliContext context, EventTarget target, RunStop stop) => target switch
    {
        EventTarget.Output => new EventWriter(context.Output, context.TimeProvider, stop.FailOutput),
        EventTarget.Error => new EventWriter(new ErrorOutput(), context.TimeProvider, stop.FailOutput),
        _ => null,
    };

    /// <summary>
    /// Creates the library's logger. It writes among the messages for people or, when events are written, turns warnings into events.
    /// </summary>
    public static ILogger CreateLogger(CliContext context, TransferSettings settings, TransferObserver observers) =>
        settings.Events == EventTarget.None ? MessageSink.CreateLogger(context.Messages) : EventLogSink.CreateLogger(observers);

    private static HookObserver CreateHooks(
        CliContext context, TransferSettings settings, IReadOnlyList<string> command, TransferObserver audience, RunStop stop)
    {
        // The output of a hook goes to stderr, unless stderr carries events or the user has turned off all messages.
        bool isHeard = settings.Events != EventTarget.Error && context.Messages.Verbosity.ShowsErrors;
        Action<string> say = isHeard ? context.Messages.Line : static _ => { };
        return new HookObserver(new HookRunner(command, context.TimeProvider, say), settings.Jobs, context.TimeProvider, audience, stop.Token);
    }
}
