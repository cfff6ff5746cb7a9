using Microsoft.Extensions.Time.Testing;
using Pieces.Providers;

namespace Pieces.Tests.Providers;

[Trait("Tier", "Pure")]
public class RateMeterTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly RateMeter _meter;

    public RateMeterTests() => _meter = new RateMeter(_time, _time.GetTimestamp(), seconds: 5);

    private double Rate => _meter.BytesPerSecond(_time.GetTimestamp());

    private void Send(int seconds, int bytesPerSecond)
    {
        for (int i = 0; i < seconds * 10; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            _meter.Add(bytesPerSecond / 10, _time.GetTimestamp());
        }
    }

    [Fact]
    public void A_steady_stream_has_its_rate()
    {
        Send(20, 1000);
        Rate.Should().BeApproximately(1000, 30);
        _meter.Total.Should().Be(20_000);
    }

    [Fact]
    public void The_first_second_is_not_extrapolated()
    {
        _meter.Add(500, _time.GetTimestamp());
        Rate.Should().Be(500);
    }

    [Fact]
    public void Silence_empties_it()
    {
        Send(10, 1000);
        _time.Advance(TimeSpan.FromSeconds(3));
        Rate.Should().BeInRange(200, 600);
        _time.Advance(TimeSpan.FromSeconds(3));
        Rate.Should().Be(0);
        _time.Advance(TimeSpan.FromDays(1000));
        Rate.Should().Be(0);
        _meter.Total.Should().Be(10_000);
    }

    [Fact]
    public void After_a_sleep_only_what_came_since_counts()
    {
        Send(10, 1000);
        _time.Advance(TimeSpan.FromHours(8));
        for (int i = 0; i < 6; i++)
        {
            Send(1, 1000);
            Rate.Should().BeInRange(150, 1100);
        }

        Rate.Should().BeApproximately(1000, 50);
    }
}
