using Microsoft.Extensions.Time.Testing;

namespace Pieces.Tests.Support;

/// <summary>Advances fake time in steps, and lets the tasks of other threads run between two steps.</summary>
internal static class FakeTimeSteps
{
    // Maximum wait in real time. Only a test that is about to fail waits this long.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Advances the clock in steps until <paramref name="isDone"/> returns true. Returns the number of steps. Fails after a minute of real time.
    /// </summary>
    public static async Task<int> AdvanceUntilAsync(this FakeTimeProvider time, Func<bool> isDone, TimeSpan step, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        int steps = 0;
        for (; !isDone(); steps++)
        {
            patience.Token.ThrowIfCancellationRequested();
            time.Advance(step);
            await SettleAsync();
        }

        return steps;
    }

    /// <summary>Waits, without advancing the clock, until <paramref name="isDone"/> returns true. Fails after a minute of real time.</summary>
    public static async Task UntilAsync(Func<bool> isDone, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        while (!isDone())
        {
            patience.Token.ThrowIfCancellationRequested();
            await SettleAsync();
        }
    }

    /// <summary>Waits for a few turns of the thread pool, in which ready tasks have most likely run. A test must not rely on that.</summary>
    public static async Task SettleAsync()
    {
        // Each turn also yields the processor. Otherwise fake minutes could pass while another thread waits for a processor. The await must yield
        // even if the task has already completed, because otherwise no other task would run.
        for (int turn = 0; turn < 10; turn++)
            await Task.Run(static () => Thread.Yield())
                .ConfigureAwait(ConfigureAwaitOptions.ForceYielding | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }
}
