namespace Pieces.Tests.Swarm;

/// <summary>Swarms run one after the other: many threads at once would let their clocks outrun them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SwarmCollection
{
    public const string Name = "swarm";
}
