namespace Pieces.Tests.Support;

/// <summary>
/// Marks a class whose tests take long in total, since they run one after the other. <see cref="LongChainsFirst"/> starts such classes before all
/// others, because a long class that starts last would prolong the run.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class LongChainAttribute : Attribute
{
    /// <summary>Approximate duration of the whole class on an idle machine, in seconds. It determines only the order.</summary>
    public required int Seconds { get; init; }
}
