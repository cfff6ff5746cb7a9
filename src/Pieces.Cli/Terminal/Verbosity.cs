using Serilog.Events;

namespace Pieces.Cli.Terminal;

/// <summary>
/// How many messages are printed on stderr. Each <c>-v</c> adds one, each <c>-q</c> subtracts one. At 0, warnings and progress are printed.
/// </summary>
/// <param name="Level">-2 for nothing, -1 for errors, 0 for warnings, 1 for information, 2 for debug messages, 3 for all messages.</param>
internal readonly record struct Verbosity(int Level)
{
    /// <summary>Whether errors are printed.</summary>
    public bool ShowsErrors => Level >= -1;

    /// <summary>Whether warnings and progress are printed.</summary>
    public bool ShowsWarnings => Level >= 0;

    /// <summary>Whether messages about finished files, peers and trackers are printed.</summary>
    public bool ShowsInformation => Level >= 1;

    /// <summary>Whether errors are printed with their stack trace.</summary>
    public bool ShowsStacks => Level >= 2;

    /// <summary>The lowest level that is logged; null if nothing is logged.</summary>
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
