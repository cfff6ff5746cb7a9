using System.Globalization;
using Pieces.Cli.Terminal;
using Pieces.Cli.Transfers;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Display;

namespace Pieces.Cli.Events;

/// <summary>
/// Warnings of the library's log as warnings of the run. Errors in it are followed by the failure of their torrent, which is told anyway.
/// </summary>
internal sealed class EventLogSink : ILogEventSink
{
    private readonly MessageTemplateTextFormatter _text = new("{Message:lj}", CultureInfo.InvariantCulture);
    private readonly RepeatedWarnings _repeated = new();
    private readonly TransferObserver _observer;

    private EventLogSink(TransferObserver observer) => _observer = observer;

    /// <summary>A logger that warns an observer.</summary>
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
