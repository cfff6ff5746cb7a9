using Microsoft.Extensions.Time.Testing;
using Pieces.Torrents.Downloading;

namespace Pieces.Tests.Torrents;

[Trait("Tier", "Pure")]
public class SharingTrialTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly SharingTrial _trial;
    private long _received;

    public SharingTrialTests() => _trial = new SharingTrial(_time.TimestampFrequency);

    [Fact]
    public void Courtesy_that_halves_the_rate_is_given_up_within_seconds_and_tried_again_later()
    {
        Pass(10, 1000, isCrowded: false).Should().Be(10);
        Pass(30, 100, isCrowded: true).Should().BeLessThan(8);
        int pause = Pass(1000, 1000, isCrowded: false, until: true);
        pause.Should().BeInRange(SharingTrial.FirstPause - 1, SharingTrial.FirstPause + 1);
        Pass(30, 100, isCrowded: true).Should().BeLessThan(8);
        Pass(1000, 1000, isCrowded: false, until: true).Should().BeGreaterThan(pause + 10, "it pauses for longer each time");
    }

    [Fact]
    public void Courtesy_that_brings_as_much_as_before_goes_on()
    {
        Pass(10, 1000, isCrowded: false);
        Pass(600, 600, isCrowded: true).Should().Be(600);
    }

    [Fact]
    public void Nothing_is_given_up_where_there_was_nothing_before()
    {
        Pass(10, 0, isCrowded: true).Should().Be(10);
        Pass(100, 1, isCrowded: true).Should().Be(100);
    }

    // Advances the time in seconds until seed sharing is no longer allowed or, if `until` is set, until it is allowed. Returns the number of seconds.
    private int Pass(int seconds, int rate, bool isCrowded, bool until = false)
    {
        for (int i = 0; i < seconds; i++)
        {
            if (_trial.Allows(isCrowded, _received, _time.GetTimestamp()) == until)
                return i;
            _time.Advance(TimeSpan.FromSeconds(1));
            _received += rate;
        }

        return seconds;
    }
}
