using Microsoft.Extensions.Logging;

namespace Pieces.Tests.Swarm.Simulation;

/// <summary>A log that keeps the errors and drops everything else. A simulation runs on one thread, so it needs no lock.</summary>
internal sealed class FaultLog(List<string> faults) : ILoggerFactory, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
            faults.Add($"{formatter(state, exception)} {exception}");
    }

    public void Dispose()
    {
    }
}
