using System.Globalization;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Display;

namespace Pieces.Cli.Terminal;

/// <summary>Log events as lines on stderr, among the other messages.</summary>
internal sealed class MessageSink : ILogEventSink
{
    private readonly MessageTemplateTextFormatter _text = new("{Message:lj}", CultureInfo.InvariantCulture);
    private readonly Messages _messages;

    private MessageSink(Messages messages) => _messages = messages;

    /// <summary>A logger that says what the verbosity lets through.</summary>
    public static ILogger CreateLogger(Messages messages)
    {
        if (messages.Verbosity.LogLevel is not { } level)
            return Logger.None;
        return new LoggerConfiguration().MinimumLevel.Is(level).WriteTo.Sink(new MessageSink(messages)).CreateLogger();
    }

    /// <inheritdoc/>
    public void Emit(LogEvent logEvent)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        text.Write(PrefixOf(logEvent.Level));
        _text.Format(logEvent, text);
        if (logEvent.Exception is { } exception && !_messages.Verbosity.ShowsStacks)
            text.Write($": {exception.Message}");
        _messages.Line(text.ToString());

        if (logEvent.Exception is null || !_messages.Verbosity.ShowsStacks)
            return;
        foreach (string line in logEvent.Exception.ToString().Split('\n'))
            _messages.Line(line.TrimEnd('\r'));
    }

    private static string PrefixOf(LogEventLevel level) => level switch
    {
        LogEventLevel.Error or LogEventLevel.Fatal => "pieces: ",
        LogEventLevel.Warning => "pieces: warning: ",
        LogEventLevel.Debug => "debug: ",
        LogEventLevel.Verbose => "trace: ",
        _ => string.Empty,
    };
}
