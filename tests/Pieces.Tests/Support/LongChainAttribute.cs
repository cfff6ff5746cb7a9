namespace Pieces.Tests.Support;

/// <summary>
/// Says that the tests of a class, which run one after the other, take long together. <see cref="LongChainsFirst"/> starts such classes before all
/// others: what starts last decides when the run ends.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class LongChainAttribute : Attribute
{
    /// <summary>How long the whole class takes on an idle machine, roughly. It decides the order and nothing else.</summary>
    public required int Seconds { get; init; }
}
