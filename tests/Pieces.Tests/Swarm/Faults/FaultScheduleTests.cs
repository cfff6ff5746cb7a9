using System.Globalization;
using Pieces.Tests.Support;

namespace Pieces.Tests.Swarm.Faults;

/// <summary>
/// Runs many schedules of faults. <c>FAULT_SCHEDULES</c> sets their number (<c>make faults SCHEDULES=N</c>), and <c>FAULT_SEED</c> the first seed. A
/// failure is replayed with its seed and a single schedule.
/// </summary>
[Trait("Tier", "Swarm")]
[Collection(SwarmCollection.Name)]
public class FaultScheduleTests
{
    private const int Sample = 12;

    [Fact]
    public async Task No_schedule_of_faults_breaks_a_promise()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "files are told apart by their inodes");
        int first = Setting("FAULT_SEED", 1), count = Setting("FAULT_SCHEDULES", Sample);
        for (int seed = first; seed < first + count; seed++)
        {
            await using var schedule = new FaultSchedule(seed);
            try
            {
                await schedule.RunAsync();
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"FAULT_SEED={seed} FAULT_SCHEDULES=1 replays it: {schedule.Happened}: {e.Message}", e);
            }
        }

        TestOutput.Write($"{count} schedules from seed {first} on, no promise broken");
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : otherwise;
}
