using System.Diagnostics;

namespace Pieces.Tests.Interop;

/// <summary>Waits for conditions in other processes, which can only be polled, within a bound.</summary>
internal static class Eventually
{
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(50);

    /// <exception cref="TimeoutException">
    /// The condition did not hold within <paramref name="limit"/>; the message names the awaited condition.
    /// </exception>
    public static Task TrueAsync(Func<bool> condition, TimeSpan limit, Func<string> what, CancellationToken cancellationToken)
        => TrueAsync(() => Task.FromResult(condition()), limit, what, cancellationToken);

    /// <inheritdoc cref="TrueAsync(Func{bool}, TimeSpan, Func{string}, CancellationToken)"/>
    public static async Task TrueAsync(Func<Task<bool>> condition, TimeSpan limit, Func<string> what, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(start) > limit)
                throw new TimeoutException($"waited {limit.TotalSeconds:0} s in vain for {what()}");
            await Task.Delay(PollEvery, cancellationToken);
        }
    }
}
