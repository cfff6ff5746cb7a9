using System.Globalization;
using Pieces.Cli.Terminal;
using Pieces.Cli.Transfers;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Display;

namespace Pieces.Cli.Events;

/// <summary>
/// Turns warnings in the library's log into warnings of the run. Errors are ignored: the torrent's failure follows and is reported anyway.
/// </summary>
internal sealed class EventLogSink : ILogEventSink
{
    private readonly MessageTemplateTextFormatter _text = new("{Message:lj}", CultureInfo.InvariantCulture);
    private readonly RepeatedWarnings _repeated = new();
    private readonly TransferObserver _observer;

    private EventLogSink(TransferObserver observer) => _observer = observer;

    /// <summary>Creates a logger that passes warnings to an observer.</summary>
    public static ILogger CreateLogger(TransferObserver observer) =>
        new LoggerConfiguration().MinimumLevel.Warning().WriteTo.Sink(new EventLogSink(observer)).CreateLogger();

    /// <inheritdoc/>
    public void Emit(LogEvent logEvent)
    {
        if (logEvent.Level != LogEventLevel.Warning)
            return;
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        _text.Format(logEvent, text);
        if (_repeated.IsFirst(MessageSink.KindOf(logEvent), text.ToString()))
            _observer.Warn(null, text.ToString());
    }
}
