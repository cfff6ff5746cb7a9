using Microsoft.Extensions.Time.Testing;

namespace Pieces.Tests.Support;

/// <summary>Lets fake time pass while tasks of other threads keep up.</summary>
internal static class FakeTimeSteps
{
    // Of real time: only a test that is about to fail waits so long.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Steps the clock until <paramref name="isDone"/>; gives the number of steps. Fails after a minute of real time.</summary>
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

    /// <summary>Waits for something that needs no time to pass. Fails after a minute of real time.</summary>
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

    /// <summary>A few turns of the thread pool: what is ready has most likely run. Nothing may depend on it being so.</summary>
    public static async Task SettleAsync()
    {
        // The processor is given up too: else fake minutes pass while another thread waits for its turn.
        // Forced: a task that has ended already would be awaited without letting anybody else run.
        for (int turn = 0; turn < 10; turn++)
            await Task.Run(static () => Thread.Yield())
                .ConfigureAwait(ConfigureAwaitOptions.ForceYielding | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }
}
