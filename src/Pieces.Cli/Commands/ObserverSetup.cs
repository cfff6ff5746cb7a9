using Pieces.Cli.Events;
using Pieces.Cli.Hooks;
using Pieces.Cli.Progress;
using Pieces.Cli.Share;
using Pieces.Cli.Terminal;
using Pieces.Cli.Transfers;
using Serilog;

namespace Pieces.Cli.Commands;

/// <summary>Chooses who hears what happens in a run.</summary>
internal static class ObserverSetup
{
    /// <summary>Makes them; the caller disposes.</summary>
    public static TransferObservers Create(CliContext context, TransferSettings settings, RunStop stop)
    {
        TransferObserver audience = settings.Events == EventTarget.None
            ? new PeopleObserver(context.Messages, ProgressViews.Create(context, settings.Progress), settings)
            : new EventObserver(CreateWriter(context, settings.Events, stop), settings.Torrent.SeedOnly, settings.Share);
        List<TransferObserver> observers = [audience];
        if (settings.Share is { } plan)
            observers.Add(new ShareObserver(plan, settings.Events == EventTarget.None ? context.Output : null, context.Messages, stop));
        if (settings.Paths != PathStyle.None)
            observers.Add(new PathObserver(context.Output, settings.Paths, !Console.IsOutputRedirected, stop.FailOutput));
        if (settings.OnComplete is { } command)
            observers.Add(CreateHooks(context, settings, command, audience, stop));
        return new TransferObservers(observers);
    }

    /// <summary>Where the library logs to: among the lines for people, or, as far as it warns, among the events.</summary>
    public static ILogger CreateLogger(CliContext context, TransferSettings settings, TransferObserver observers) =>
        settings.Events == EventTarget.None ? MessageSink.CreateLogger(context.Messages) : EventLogSink.CreateLogger(observers);

    private static EventWriter CreateWriter(CliContext context, EventTarget target, RunStop stop)
    {
        IByteOutput output = target == EventTarget.Error ? new ErrorOutput() : context.Output;
        return new EventWriter(output, context.TimeProvider, stop.FailOutput);
    }

    private static HookObserver CreateHooks(
        CliContext context, TransferSettings settings, IReadOnlyList<string> command, TransferObserver audience, RunStop stop)
    {
        // What a hook says goes to stderr; not when programs read events there, nor when nothing at all is to be said.
        bool isHeard = settings.Events != EventTarget.Error && context.Messages.Verbosity.ShowsErrors;
        Action<string> say = isHeard ? context.Messages.Line : static _ => { };
        return new HookObserver(new HookRunner(command, context.TimeProvider, say), settings.Jobs, context.TimeProvider, audience, stop.Token);
    }
}
