using Pieces.Tests.Dht.Simulation;
using Pieces.Tests.Support;

namespace Pieces.Tests.Dht;

/// <summary>A smaller run of what docs/dht.md shows for 10,000 nodes.</summary>
[LongChain(Seconds = 15)]
[Trait("Tier", "Swarm")]
public class DhtSimulationTests
{
    private static readonly SimScene Small = new()
    {
        Nodes = 400,
        Joining = TimeSpan.FromMinutes(2),
        Settling = TimeSpan.FromMinutes(5),
        Measuring = TimeSpan.FromMinutes(30),
        Swarms = 40,
    };

    [Fact]
    public void Searches_find_announced_peers_amid_silence_loss_churn_and_lies()
    {
        SimReport report = new DhtSimulation(Small).Run();
        TestOutput.Write(SimTable.Of(report));
        report.Searches.Should().HaveCount(200);
        report.Searches.Count(search => search.IsFound).Should().BeGreaterThanOrEqualTo(198);
        SimTable.At(SimTable.FoundAfter(report.Searches), 0.5).Should().BeLessThan(5);
        report.Searches.Concat(report.Announces).Should().OnlyContain(search => search.Result.Queries <= 60);
    }

    [Fact]
    public void The_same_seed_gives_the_same_numbers()
    {
        SimScene tiny = Small with { Nodes = 100, Swarms = 10, Measuring = TimeSpan.FromMinutes(25) };
        string first = SimTable.Of(new DhtSimulation(tiny).Run());
        SimTable.Of(new DhtSimulation(tiny).Run()).Should().Be(first);
        SimTable.Of(new DhtSimulation(tiny with { Seed = 2 }).Run()).Should().NotBe(first);
    }
}
