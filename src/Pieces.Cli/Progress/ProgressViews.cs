using Pieces.Cli.Terminal;

namespace Pieces.Cli.Progress;

/// <summary>Chooses the display of a run.</summary>
internal static class ProgressViews
{
    /// <summary>Returns the style to use. A bar is used only if stderr is a terminal that can repaint, even if the user requested one.</summary>
    public static ProgressStyle Resolve(ProgressStyle asked, Verbosity verbosity, bool isTerminal, string? term)
    {
        if (!verbosity.ShowsWarnings)
            return ProgressStyle.None;
        if (asked is ProgressStyle.Plain or ProgressStyle.None)
            return asked;
        return isTerminal && term is not (null or "" or "dumb") ? ProgressStyle.Bar : ProgressStyle.Plain;
    }

    /// <summary>Returns the style to use in this run.</summary>
    public static ProgressStyle Resolve(ProgressStyle asked, CliContext context) =>
        Resolve(asked, context.Messages.Verbosity, !Console.IsErrorRedirected, Environment.GetEnvironmentVariable("TERM"));

    /// <summary>Creates the display.</summary>
    public static IProgressView Create(CliContext context, ProgressStyle asked)
    {
        return Resolve(asked, context) switch
        {
            ProgressStyle.Bar => new TerminalProgress(context),
            ProgressStyle.Plain => new PlainProgress(context.Messages, context.TimeProvider),
            _ => new NoProgress(),
        };
    }
}
