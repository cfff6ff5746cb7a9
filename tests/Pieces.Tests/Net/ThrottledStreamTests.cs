using Microsoft.Extensions.Time.Testing;
using Pieces.Net;
using Pieces.Primitives;
using Pieces.Tests.Support;

namespace Pieces.Tests.Net;

[Trait("Tier", "Pure")]
public class ThrottledStreamTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_read_and_written_is_counted()
    {
        (InMemoryConnection a, InMemoryConnection b) = new InMemoryNetwork(new FakeTimeProvider()).Pair();
        await using var stream = new ThrottledStream(a.Stream, null, null);
        await stream.WriteAsync(new byte[300], Token);
        await b.Stream.WriteAsync(new byte[70], Token);
        (await stream.ReadAsync(new byte[100], Token)).Should().Be(70);
        stream.BytesWritten.Should().Be(300);
        stream.BytesRead.Should().Be(70);
    }

    [Fact]
    public async Task A_read_takes_from_the_limiter_what_it_got_and_no_more()
    {
        var time = new FakeTimeProvider();
        using var limiter = new RateLimiter(time, new ByteRate(100_000));
        (InMemoryConnection a, InMemoryConnection b) = new InMemoryNetwork(time).Pair();
        await using var stream = new ThrottledStream(a.Stream, limiter, null);
        time.Advance(TimeSpan.FromSeconds(1));
        byte[] buffer = new byte[64 * 1024];
        await b.Stream.WriteAsync(new byte[100], Token);
        (await stream.ReadAsync(buffer, Token)).Should().Be(100);

        await b.Stream.WriteAsync(new byte[100_000], Token);
        int passed = 0;
        ValueTask<int> reading;
        while ((reading = stream.ReadAsync(buffer, Token)).IsCompleted)
            passed += await reading;
        passed.Should().BeInRange(9_900, 12_000, "100 ms worth, less the 100 bytes before, and one grant may overdraw it");
        stream.IsReading.Should().BeFalse("the limiter is waited for, not the other side");
        time.Advance(TimeSpan.FromSeconds(1));
        (await reading).Should().BePositive();
    }

    [Fact]
    public async Task A_long_write_goes_out_at_the_limit()
    {
        var time = new FakeTimeProvider();
        using var limiter = new RateLimiter(time, new ByteRate(10_000));
        (InMemoryConnection a, InMemoryConnection _) = new InMemoryNetwork(time).Pair();
        await using var stream = new ThrottledStream(a.Stream, null, limiter);
        Task writing = stream.WriteAsync(new byte[50_000], Token).AsTask();
        stream.BytesWritten.Should().BeLessThanOrEqualTo(1512);
        int steps = await time.AdvanceUntilAsync(() => writing.IsCompleted, TimeSpan.FromMilliseconds(100), Token);
        steps.Should().BeGreaterThanOrEqualTo(45, "50000 bytes take 5 s less the burst");
    }
}
