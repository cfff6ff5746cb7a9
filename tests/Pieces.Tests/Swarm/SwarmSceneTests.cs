using Pieces.Tests.Swarm.Simulation;

namespace Pieces.Tests.Swarm;

/// <summary>The text form of a simulated swarm's parameters, and the lower bounds of its times.</summary>
[Trait("Tier", "Pure")]
public class SwarmSceneTests
{
    [Fact]
    public void What_is_no_scene_is_said()
    {
        Assert.Throws<FormatException>(() => SwarmSceneText.Parse(["nothing"]));
        Assert.Throws<FormatException>(() => SwarmSceneText.Parse(["leechers=many"]));
        Assert.Throws<FormatException>(() => SwarmSceneText.Parse(["order=best"]));
        SwarmSceneText.Parse(["flash", "leechers=7"]).Should().Be(SwarmSceneText.Named["flash"] with { Leechers = 7 });
    }

    [Fact]
    public void Bounds_are_those_of_the_sums()
    {
        // There are 10 leechers with an upload rate of 1 each and a seed with 2, and the content has 24 bytes: 240 / 12.
        SwarmBounds.AtOnce(24, 10, 2, 10, down: 0).Should().Be(20);
        SwarmBounds.AtOnce(24, 1, 2, 1, down: 0).Should().Be(12, "the seed must send each byte once");
        SwarmBounds.AtOnce(24, 1, 24, 1, down: 2).Should().Be(12, "each must receive all");

        // Two leechers want 10 bytes each. The total rate is 2 until the first joins at 2 s, 3 from then on, and 4 from 4 s on: 4 + 6 + 10 bytes.
        SwarmBounds.WithArrivals(10, 2, 2, [(2, 1), (4, 1)], lastArrival: 4, down: 0).Should().Be(6.5);
        SwarmBounds.WithArrivals(10, 2, 2, [(2, 1), (4, 1)], lastArrival: 4, down: 2).Should().Be(9, "the last one's line is slow");
    }
}
