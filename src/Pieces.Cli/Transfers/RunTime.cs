namespace Pieces.Cli.Transfers;

/// <summary>The time of a run, counted from the creation of this object.</summary>
internal sealed class RunTime
{
    private readonly long _began;

    public RunTime(TimeProvider provider)
    {
        Provider = provider;
        _began = provider.GetTimestamp();
    }

    /// <summary>Source of time and timers.</summary>
    public TimeProvider Provider { get; }

    /// <summary>Time since the run began.</summary>
    public TimeSpan Elapsed => Provider.GetElapsedTime(_began);
}
