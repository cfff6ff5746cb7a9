using Pieces.Tests.Support;

namespace Pieces.Tests.Swarm;

/// <summary>Swarms run one after the other: many threads at once would let their clocks outrun them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SwarmCollection : ICollectionFixture<SwarmCollection.FewThreads>
{
    public const string Name = "swarm";

    /// <summary>The pool has few threads while swarms run: no other test is beside them that would need more.</summary>
    public sealed class FewThreads : IDisposable
    {
        private readonly int _before = PoolThreads.SetLeast(Math.Max(4, Environment.ProcessorCount));

        public void Dispose() => PoolThreads.SetLeast(_before);
    }
}
