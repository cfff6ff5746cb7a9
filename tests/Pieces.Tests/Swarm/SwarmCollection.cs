using Pieces.Tests.Support;

namespace Pieces.Tests.Swarm;

/// <summary>
/// The swarm tests run one after the other. If many threads ran in parallel, the clocks of the tests would run ahead of their tasks.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SwarmCollection : ICollectionFixture<SwarmCollection.FewThreads>
{
    public const string Name = "swarm";

    /// <summary>Reduces the number of pool threads while swarm tests run. No other test runs in parallel that would need more.</summary>
    public sealed class FewThreads : IDisposable
    {
        private readonly int _before = PoolThreads.SetLeast(Math.Max(4, Environment.ProcessorCount));

        public void Dispose() => PoolThreads.SetLeast(_before);
    }
}
