using Pieces.Cli.Failures;

namespace Pieces.Cli.Transfers;

/// <summary>
/// Checks during a run whether the interface or address that all sockets are bound to still exists, at most once per second. Not thread-safe.
/// </summary>
internal sealed class InterfaceWatch
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly string _name;
    private readonly Func<string?> _fault;
    private readonly TimeProvider _timeProvider;
    private long _askedAt;
    private Outcome? _gone;

    /// <summary>Starts the watch. The interface existed a moment ago.</summary>
    /// <param name="name">Name of the interface for messages.</param>
    /// <param name="fault">Returns in a few words why the interface is gone; null if it exists.</param>
    /// <param name="timeProvider">Source of time.</param>
    public InterfaceWatch(string name, Func<string?> fault, TimeProvider timeProvider)
    {
        _name = name;
        _fault = fault;
        _timeProvider = timeProvider;
        _askedAt = timeProvider.GetTimestamp();
    }

    /// <summary>
    /// Returns why to stop; null while the interface exists. Once it is gone, the result stays the same, because a new interface may belong to
    /// another network.
    /// </summary>
    public Outcome? Check()
    {
        if (_gone is not null || _timeProvider.GetElapsedTime(_askedAt) < Period)
            return _gone;
        _askedAt = _timeProvider.GetTimestamp();
        if (_fault() is { } fault)
            _gone = new Outcome(ExitCode.InterfaceGone, $"--interface {_name} is gone: {fault} (the same command resumes once it is back)");
        return _gone;
    }
}
