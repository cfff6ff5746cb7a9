using Pieces.Cli.Failures;

namespace Pieces.Cli.Transfers;

/// <summary>Sees during a run whether what all sockets are bound to is still there. It asks once a second at most, whoever looks; one thread at a time.</summary>
internal sealed class InterfaceWatch
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly string _name;
    private readonly Func<string?> _fault;
    private readonly TimeProvider _timeProvider;
    private long _askedAt;
    private Outcome? _gone;

    /// <summary>Begins to watch; it was there a moment ago.</summary>
    /// <param name="name">What people call it.</param>
    /// <param name="fault">Says in a few words why it is gone, or null.</param>
    /// <param name="timeProvider">Source of time.</param>
    public InterfaceWatch(string name, Func<string?> fault, TimeProvider timeProvider)
    {
        _name = name;
        _fault = fault;
        _timeProvider = timeProvider;
        _askedAt = timeProvider.GetTimestamp();
    }

    /// <summary>Why to stop, or null while it is there. Once gone it stays so for this run: what comes back may be another network.</summary>
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
