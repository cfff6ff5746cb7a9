using System.Globalization;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Display;
using Serilog.Parsing;

namespace Pieces.Cli.Terminal;

/// <summary>Prints log events as lines on stderr, among the other messages.</summary>
internal sealed class MessageSink : ILogEventSink
{
    private readonly MessageTemplateTextFormatter _text = new("{Message:lj}", CultureInfo.InvariantCulture);
    private readonly Messages _messages;

    private MessageSink(Messages messages) => _messages = messages;

    /// <summary>Creates a logger that prints the events that the verbosity permits.</summary>
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
        if (logEvent.Level != LogEventLevel.Warning)
            text.Write(PrefixOf(logEvent.Level));
        _text.Format(logEvent, text);
        if (logEvent.Exception is { } exception && !_messages.Verbosity.ShowsStacks)
            text.Write($": {exception.Message}");
        if (logEvent.Level == LogEventLevel.Warning)
            _messages.Warning(text.ToString(), KindOf(logEvent));
        else
            _messages.Line(text.ToString());

        if (logEvent.Exception is null || !_messages.Verbosity.ShowsStacks)
            return;
        foreach (string line in logEvent.Exception.ToString().Split('\n'))
            _messages.Line(line.TrimEnd('\r'));
    }

    /// <summary>Returns the kind and the subject of an event: its template and the first of its values.</summary>
    public static string KindOf(LogEvent logEvent)
    {
        string? first = logEvent.MessageTemplate.Tokens.OfType<PropertyToken>().FirstOrDefault()?.PropertyName;
        string subject = first is not null && logEvent.Properties.TryGetValue(first, out LogEventPropertyValue? value)
            ? value.ToString()
            : string.Empty;
        return $"{logEvent.MessageTemplate.Text}\n{subject}";
    }

    private static string PrefixOf(LogEventLevel level) => level switch
    {
        LogEventLevel.Error or LogEventLevel.Fatal => "pieces: ",
        LogEventLevel.Debug => "debug: ",
        LogEventLevel.Verbose => "trace: ",
        _ => string.Empty,
    };
}
