using Microsoft.Extensions.Time.Testing;
using Pieces.Providers;

namespace Pieces.Tests.Providers;

[Trait("Tier", "Pure")]
public class RequestWindowTests
{
    private const int BlockLength = 16384;

    private readonly FakeTimeProvider _time = new();

    /// <summary>
    /// Requests as many blocks from a simulated peer as the window permits, and returns the rate of the last two seconds in bytes per second.
    /// </summary>
    private double Run(RequestWindow window, double latency, double bytesPerSecond, double seconds)
    {
        double frequency = _time.TimestampFrequency;
        var requests = new List<(double SentAt, double ArrivesAt)>();
        double linkFree = 0;
        long late = 0;
        for (double now = 0; now < seconds; now += 0.001)
        {
            for (int i = 0; i < requests.Count && requests[i].ArrivesAt <= now;)
            {
                (double sentAt, double arrivesAt) = requests[i];
                window.OnBlock((long)(sentAt * frequency) + 1, (long)(arrivesAt * frequency) + 1, BlockLength, requests.Count);
                requests.RemoveAt(i);
                if (now >= seconds - 2)
                    late += BlockLength;
            }

            while (requests.Count < window.Size)
            {
                linkFree = Math.Max(linkFree, now + latency) + (BlockLength / bytesPerSecond);
                requests.Add((now, linkFree));
            }
        }

        return late / 2.0;
    }

    [Theory]
    [InlineData(0.1, 62_500_000)]
    [InlineData(0.3, 25_000_000)]
    [InlineData(0.01, 125_000_000)]
    [InlineData(0.05, 1_000_000)]
    [InlineData(0.5, 2_000_000)]
    public void One_peer_fills_its_link_whatever_the_latency(double latency, double bytesPerSecond)
    {
        var window = new RequestWindow(_time);
        Run(window, latency, bytesPerSecond, seconds: 10).Should().BeGreaterThan(bytesPerSecond * 0.93);
    }

    [Fact]
    public void A_far_and_fast_peer_has_hundreds_of_requests()
    {
        var window = new RequestWindow(_time);
        Run(window, 0.1, 62_500_000, seconds: 5);
        window.Size.Should().BeGreaterThanOrEqualTo(400);
    }

    [Fact]
    public void A_slow_peer_soon_holds_few_blocks()
    {
        var window = new RequestWindow(_time);
        Run(window, 0.05, 10_000, seconds: 10);
        window.Size.Should().BeLessThanOrEqualTo(RequestWindow.Floor);
    }

    [Fact]
    public void A_peer_that_becomes_slow_loses_its_window()
    {
        var window = new RequestWindow(_time);
        Run(window, 0.05, 10_000_000, seconds: 5);
        window.Size.Should().BeGreaterThan(50);
        long now = (long)(100 * _time.TimestampFrequency);
        for (int i = 0; i < 20; i++)
            window.OnBlock(now, now += _time.TimestampFrequency, BlockLength, window.Size);
        window.Size.Should().BeLessThan(10);
    }

    [Fact]
    public void Asking_for_less_than_one_may_does_not_shrink_the_window()
    {
        var window = new RequestWindow(_time);
        Run(window, 0.05, 10_000_000, seconds: 5);
        int size = window.Size;
        long now = (long)(100 * _time.TimestampFrequency);
        for (int i = 0; i < 20; i++)
            window.OnBlock(now, now += _time.TimestampFrequency / 20, BlockLength, inFlight: 1);
        window.Size.Should().BeCloseTo(size, 2);
    }

    [Fact]
    public void Never_exceeds_what_the_peer_keeps()
    {
        var window = new RequestWindow(_time);
        window.SetLimit(50);
        Run(window, 0.1, 62_500_000, seconds: 3);
        window.Size.Should().Be(50);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-5, 1)]
    [InlineData(long.MaxValue, RequestWindow.Start)]
    public void A_nonsensical_limit_is_put_right(long reqq, int size)
    {
        var window = new RequestWindow(_time);
        window.SetLimit(reqq);
        window.Size.Should().Be(size);
    }

    [Fact]
    public void One_request_more_than_the_default_is_never_out_while_the_peer_has_not_said_what_it_keeps()
    {
        var window = new RequestWindow(_time);
        Run(window, 1, 1_000_000_000, seconds: 10);
        window.Size.Should().Be(RequestWindow.DefaultLimit);
    }

    [Fact]
    public void One_request_more_than_the_bound_is_never_out_whatever_the_peer_says()
    {
        var window = new RequestWindow(_time);
        window.SetLimit(RequestWindow.MaxLimit + 1);
        Run(window, 1, 1_000_000_000, seconds: 12);
        window.Size.Should().Be(RequestWindow.MaxLimit);
    }

    [Fact]
    public void A_snubbed_peer_has_one_request_till_it_answers()
    {
        var window = new RequestWindow(_time);
        window.Snub();
        window.Size.Should().Be(1);
        window.OnBlock(0, 1000, BlockLength, 1);
        window.Size.Should().Be(RequestWindow.Floor);
    }

    [Fact]
    public void In_a_crowd_little_is_asked_before_the_peer_has_shown_what_it_can()
    {
        var window = new RequestWindow(_time) { IsConservative = true };
        window.Size.Should().Be(RequestWindow.ConservativeStart);
        window.IsConservative = false;
        window.Size.Should().Be(RequestWindow.Start, "the crowd is gone and nothing was lost by it");
    }

    [Theory]
    [InlineData(0.1, 1_000_000)]
    [InlineData(0.05, 10_000_000)]
    public void In_a_crowd_a_peer_is_kept_busy_and_no_more(double latency, double bytesPerSecond)
    {
        var window = new RequestWindow(_time) { IsConservative = true };
        Run(window, latency, bytesPerSecond, seconds: 20).Should().BeGreaterThan(bytesPerSecond * 0.9);
        double needed = bytesPerSecond * latency / BlockLength;
        window.Size.Should().BeInRange(
            (int)needed, (int)(needed + (bytesPerSecond * 0.15 / BlockLength) + 2),
            "its rate × its latency and a tenth of a second");
    }

    [Fact]
    public void In_a_crowd_a_slow_peer_has_two_requests()
    {
        var window = new RequestWindow(_time) { IsConservative = true };
        Run(window, 0.05, 10_000, seconds: 10);
        window.Size.Should().Be(RequestWindow.ConservativeFloor);
    }
}
