using Pieces.Peers;

namespace Pieces.Tests.Peers;

[Trait("Tier", "Pure")]
public class AsyncSignalTests
{
    [Fact]
    public async Task A_signal_wakes_the_waiter_and_one_before_the_wait_is_kept_once()
    {
        var signal = new AsyncSignal();
        ValueTask waiting = signal.WaitAsync();
        waiting.IsCompleted.Should().BeFalse();
        signal.Set();
        await waiting;

        signal.Set();
        signal.Set();
        signal.WaitAsync().AsTask().IsCompleted.Should().BeTrue();
        signal.WaitAsync().AsTask().IsCompleted.Should().BeFalse();
    }

    [Fact]
    public async Task No_signal_is_lost_between_two_threads()
    {
        var there = new AsyncSignal();
        var back = new AsyncSignal();
        Task other = Task.Run(
            async () =>
            {
                for (int i = 0; i < 20_000; i++)
                {
                    await there.WaitAsync();
                    back.Set();
                }
            },
            TestContext.Current.CancellationToken);
        for (int i = 0; i < 20_000; i++)
        {
            there.Set();
            await back.WaitAsync();
        }

        await other.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
    }
}
