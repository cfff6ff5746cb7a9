using Microsoft.Extensions.Time.Testing;
using Pieces.Torrents;
using Pieces.Torrents.Lifecycle;

namespace Pieces.Tests.Torrents;

[Trait("Tier", "Pure")]
public class TickTimerTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly TorrentInbox _inbox = new();

    [Fact]
    public void It_ticks_four_times_a_second_until_it_is_told_to_go_slower()
    {
        using var ticks = new TickTimer(_time, _inbox);
        TicksIn(seconds: 2).Should().Be(8);
        ticks.Period = TickTimer.Quiet;
        TicksIn(seconds: 60).Should().Be(3);
    }

    [Fact]
    public void Something_that_happens_brings_the_next_tick_near()
    {
        using var ticks = new TickTimer(_time, _inbox);
        ticks.Period = TickTimer.Quiet;
        TicksIn(seconds: 10).Should().Be(0);
        ticks.Period = TickTimer.Busy;
        TicksIn(seconds: 1).Should().Be(4);
    }

    [Fact]
    public void To_be_told_the_same_again_does_not_put_a_tick_off()
    {
        using var ticks = new TickTimer(_time, _inbox);
        int count = 0;
        for (int i = 0; i < 10; i++)
        {
            count += TicksIn(seconds: 0.2);
            ticks.Period = TickTimer.Busy;
        }

        count.Should().Be(8);
    }

    private int TicksIn(double seconds)
    {
        int count = 0;
        for (double at = 0; at < seconds - 0.001; at += 0.05)
        {
            _time.Advance(TimeSpan.FromSeconds(0.05));
            while (_inbox.TryTake(out TorrentEvent? e))
                count += e is Tick ? 1 : 0;
        }

        return count;
    }
}
