using Serilog.Events;

namespace Pieces.Cli.Terminal;

/// <summary>How much is said on stderr: each <c>-v</c> adds one, each <c>-q</c> takes one away; 0 is warnings and progress.</summary>
/// <param name="Level">-2 nothing, -1 errors, 0 warnings, 1 information, 2 debug, 3 every message.</param>
internal readonly record struct Verbosity(int Level)
{
    /// <summary>Whether errors are said.</summary>
    public bool ShowsErrors => Level >= -1;

    /// <summary>Whether warnings and progress are said.</summary>
    public bool ShowsWarnings => Level >= 0;

    /// <summary>Whether finished files, peers and trackers are said.</summary>
    public bool ShowsInformation => Level >= 1;

    /// <summary>Whether an error is followed by its stack.</summary>
    public bool ShowsStacks => Level >= 2;

    /// <summary>The lowest level that is logged, or null when nothing is.</summary>
    public LogEventLevel? LogLevel => Level switch
    {
        <= -2 => null,
        -1 => LogEventLevel.Error,
        0 => LogEventLevel.Warning,
        1 => LogEventLevel.Information,
        2 => LogEventLevel.Debug,
        _ => LogEventLevel.Verbose,
    };
}
