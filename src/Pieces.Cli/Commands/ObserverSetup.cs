using Pieces.Cli.Events;
using Pieces.Cli.Hooks;
using Pieces.Cli.Progress;
using Pieces.Cli.Terminal;
using Pieces.Cli.Transfers;
using Serilog;

namespace Pieces.Cli.Commands;

/// <summary>Chooses who hears what happens in a run.</summary>
internal static class ObserverSetup
{
    /// <summary>Makes them; the caller disposes.</summary>
    /// <param name="context">What every command is given.</param>
    /// <param name="settings">What the run is to do.</param>
    /// <param name="parts">What the command adds.</param>
    /// <param name="events">Takes events; null where people are told. Disposed with the observers.</param>
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

    /// <summary>Where events go; null where people are told instead.</summary>
    public static EventWriter? CreateWriter(CliContext context, EventTarget target, RunStop stop) => target switch
    {
        EventTarget.Output => new EventWriter(context.Output, context.TimeProvider, stop.FailOutput),
        EventTarget.Error => new EventWriter(new ErrorOutput(), context.TimeProvider, stop.FailOutput),
        _ => null,
    };

    /// <summary>Where the library logs to: among the lines for people, or, as far as it warns, among the events.</summary>
    public static ILogger CreateLogger(CliContext context, TransferSettings settings, TransferObserver observers) =>
        settings.Events == EventTarget.None ? MessageSink.CreateLogger(context.Messages) : EventLogSink.CreateLogger(observers);

    private static HookObserver CreateHooks(
        CliContext context, TransferSettings settings, IReadOnlyList<string> command, TransferObserver audience, RunStop stop)
    {
        // What a hook says goes to stderr; not when programs read events there, nor when nothing at all is to be said.
        bool isHeard = settings.Events != EventTarget.Error && context.Messages.Verbosity.ShowsErrors;
        Action<string> say = isHeard ? context.Messages.Line : static _ => { };
        return new HookObserver(new HookRunner(command, context.TimeProvider, say), settings.Jobs, context.TimeProvider, audience, stop.Token);
    }
}
