using Pieces.Torrents;
using Pieces.Torrents.Lifecycle;

namespace Pieces.Tests.Torrents;

[Trait("Tier", "Pure")]
public class SeedGoalClockTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void Without_a_goal_it_never_ends() =>
        new SeedGoalClock(new SeedGoals(), size: 100).Reached(uploaded: 1_000_000, TimeSpan.FromDays(9), TimeSpan.FromDays(9)).Should().BeNull();

    [Theory]
    [InlineData(149, false)]
    [InlineData(150, true)]
    public void The_ratio_is_of_the_wanted_bytes(long uploaded, bool isReached) =>
        (new SeedGoalClock(new SeedGoals { Ratio = 1.5 }, size: 100).Reached(uploaded, Minute, Minute) is not null).Should().Be(isReached);

    [Fact]
    public void The_first_goal_that_is_reached_ends_it()
    {
        var clock = new SeedGoalClock(new SeedGoals { Ratio = 2, Time = 10 * Minute, Idle = 3 * Minute }, size: 100);
        clock.Reached(0, 9 * Minute, 2 * Minute).Should().BeNull();
        clock.Reached(0, 9 * Minute, 3 * Minute).Should().Contain("nothing uploaded");
        clock.Reached(0, 10 * Minute, Minute).Should().Contain("seeded for");
        clock.Reached(200, Minute, Minute).Should().Contain("ratio");
    }
}
