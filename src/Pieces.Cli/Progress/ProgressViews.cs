using Pieces.Cli.Terminal;

namespace Pieces.Cli.Progress;

/// <summary>Chooses the display for a run.</summary>
internal static class ProgressViews
{
    /// <summary>The style that is meant: a bar only where stderr is a terminal that can repaint.</summary>
    public static ProgressStyle Resolve(ProgressStyle asked, Verbosity verbosity, bool isTerminal, string? term)
    {
        if (!verbosity.ShowsWarnings)
            return ProgressStyle.None;
        if (asked != ProgressStyle.Auto)
            return asked;
        return isTerminal && term is not (null or "" or "dumb") ? ProgressStyle.Bar : ProgressStyle.Plain;
    }

    /// <summary>Makes the display.</summary>
    public static IProgressView Create(CliContext context, ProgressStyle asked)
    {
        ProgressStyle style = Resolve(asked, context.Messages.Verbosity, !Console.IsErrorRedirected, Environment.GetEnvironmentVariable("TERM"));
        return style switch
        {
            ProgressStyle.Bar => CreateBar(context),
            ProgressStyle.Plain => new PlainProgress(context.Messages, context.TimeProvider),
            _ => new NoProgress(),
        };
    }

    private static BarProgress CreateBar(CliContext context)
    {
        var output = new ErrorConsoleOutput();
        bool colour = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        context.Signals.RestoreTerminal = () => output.Writer.Write(BarProgress.ShowCursor);
        return new BarProgress(BarProgress.CreateConsole(output, colour), context.Messages, context.TimeProvider);
    }
}
