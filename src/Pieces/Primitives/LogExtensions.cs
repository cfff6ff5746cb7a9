using Microsoft.Extensions.Logging;

namespace Pieces.Primitives;

/// <summary>
/// The log calls of the library. Values are boxed only when the level is enabled, because most log lines are disabled most of the time, and some
/// are on the paths of every message.
/// </summary>
#pragma warning disable CA1848, CA2254 // All callers pass constant templates; the level is checked before the values are boxed.
internal static class LogExtensions
{
    public static void Trace<T1, T2>(this ILogger logger, string template, T1 first, T2 second) =>
        Write(logger, LogLevel.Trace, template, first, second);

    public static void Trace<T>(this ILogger logger, string template, T value) => Write(logger, LogLevel.Trace, template, value);

    public static void Debug(this ILogger logger, string template) => logger.Log(LogLevel.Debug, template);

    public static void Debug<T>(this ILogger logger, string template, T value) => Write(logger, LogLevel.Debug, template, value);

    public static void Debug<T1, T2>(this ILogger logger, string template, T1 first, T2 second) =>
        Write(logger, LogLevel.Debug, template, first, second);

    public static void Debug<T1, T2, T3>(this ILogger logger, string template, T1 first, T2 second, T3 third)
    {
        if (logger.IsEnabled(LogLevel.Debug))
            logger.Log(LogLevel.Debug, template, first, second, third);
    }

    public static void Debug(this ILogger logger, string template, params object?[] values) => logger.Log(LogLevel.Debug, template, values);

    public static void Debug<T>(this ILogger logger, Exception exception, string template, T value) =>
        logger.Log(LogLevel.Debug, exception, template, value);

    public static void Information(this ILogger logger, string template) => logger.Log(LogLevel.Information, template);

    public static void Information<T>(this ILogger logger, string template, T value) => Write(logger, LogLevel.Information, template, value);

    public static void Information<T1, T2>(this ILogger logger, string template, T1 first, T2 second) =>
        Write(logger, LogLevel.Information, template, first, second);

    public static void Warning<T>(this ILogger logger, string template, T value) => Write(logger, LogLevel.Warning, template, value);

    public static void Warning<T1, T2>(this ILogger logger, string template, T1 first, T2 second) =>
        Write(logger, LogLevel.Warning, template, first, second);

    public static void Error(this ILogger logger, Exception exception, string template, params object?[] values) =>
        logger.Log(LogLevel.Error, exception, template, values);

    private static void Write<T>(ILogger logger, LogLevel level, string template, T value)
    {
        if (logger.IsEnabled(level))
            logger.Log(level, template, value);
    }

    private static void Write<T1, T2>(ILogger logger, LogLevel level, string template, T1 first, T2 second)
    {
        if (logger.IsEnabled(level))
            logger.Log(level, template, first, second);
    }
}
