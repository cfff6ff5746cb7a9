using System.Diagnostics;
using System.Globalization;
using Pieces.Tests.Support;

namespace Pieces.Tests.Swarm;

/// <summary>
/// The simulator of docs/swarm.md. It runs in a separate process, because it needs a thread pool with a single thread. The program is that of
/// tests/Pieces.Benchmarks, which an ordinary test run does not build.
/// </summary>
[LongChain(Seconds = 60)]
[Trait("Tier", "Benchmark")]
public class SwarmSimulationTests
{
    // The name does not begin with PIECES_, because each variable with that prefix is a setting of the program under test.
    private const string ProgramVariable = "BENCHMARKS_UNDER_TEST";

    private const string Small = "leechers=12 pieces=48 join-seconds=2";

    [Fact]
    public async Task The_same_words_give_the_same_lines()
    {
        string words = Small + " free=0.2 churn=0.3 --series";
        string first = await RunAsync(words);
        (await RunAsync(words)).Should().Be(first);
        (await RunAsync(words + " seed=2")).Should().NotBe(first);
    }

    [Fact]
    public async Task All_are_done_later_than_the_bound_and_free_riders_are_counted_apart()
    {
        string[] cells = await CellsAsync(Small + " leechers=24 free=0.25");
        cells[1].Should().Be("24/24");
        Number(cells[7]).Should().BeGreaterThan(1, "nobody is sooner than the bound");
        Number(cells[9]).Should().BeGreaterThan(1, "nobody is sooner than the bound");
        Number(cells[13]).Should().BeGreaterThan(0);
        Number(cells[14]).Should().BeGreaterThan(0).And.NotBe(Number(cells[13]));
    }

    [Theory]
    [InlineData("in-order", 5, 1.3, 1.6)]
    [InlineData("rarest-first", 5, 1.3, 1.6)]
    [InlineData("rarest-first", 10, 1.6, 1.8)]
    public async Task The_seed_of_a_crowd_sends_little_more_than_one_copy(string order, int leechers, double mostCopies, double mostTime)
    {
        string[] cells = await CellsAsync(
            $"leechers={leechers} order={order} pieces=32 piece-kib=64 up=0.5 seed-up=0.5 down=0 rtt=40 rtt-p99=41 limit=client");
        cells[1].Should().Be($"{leechers}/{leechers}");
        Number(cells[10]).Should().BeInRange(1, mostCopies);
        Number(cells[7]).Should().BeInRange(1, mostTime);
        Number(cells[11].TrimEnd(' ', '%')).Should().BeLessThan(3, "what comes twice is lost to another");
    }

    [Fact]
    public async Task Free_riders_come_last_and_cost_the_honest_little()
    {
        // A single crowd is not significant, because by chance some peers finish a tenth earlier than others. One process runs all three, since each
        // process would have to compile the same code.
        const string Crowds = "flash leechers=40 join-seconds=0.5 runs=3";
        string[][] without = await RowsAsync(Crowds), with = await RowsAsync(Crowds + " free=0.2");
        with.Should().HaveCount(3).And.OnlyContain(cells => cells[1] == "40/40");
        double honest = with.Sum(cells => Number(cells[13])), free = with.Sum(cells => Number(cells[14]));
        honest.Should().BeLessThan(without.Sum(cells => Number(cells[13])) * 1.1);
        free.Should().BeGreaterThan(honest * 1.2);
    }

    [Fact]
    public async Task A_swarm_goes_on_without_its_seed()
    {
        string[] cells = await CellsAsync(Small + " up=0.2 seed-leaves=1");
        cells[1].Should().Be("12/12");
        double copies = Number(cells[10]);
        copies.Should().BeGreaterThanOrEqualTo(1, "the seed sends a copy");
        Number((await CellsAsync(Small + " up=0.2"))[10]).Should().BeGreaterThan(copies, "and goes");
    }

    private static async Task<string[]> CellsAsync(string words) => (await RowsAsync(words))[^1];

    // Returns one row of the table for each run, without the heading and the line below it.
    private static async Task<string[][]> RowsAsync(string words) =>
    [
        .. (await RunAsync(words)).Split('\n').Where(line => line.StartsWith('|')).Skip(2)
            .Select(line => (string[])[.. line.Split('|').Skip(1).Select(cell => cell.Trim())]),
    ];

    private static double Number(string cell) => double.Parse(cell, CultureInfo.InvariantCulture);

    private static async Task<string> RunAsync(string words)
    {
        string? program = Environment.GetEnvironmentVariable(ProgramVariable);
        Assert.SkipWhen(program is null, $"{ProgramVariable} names no program; make test-all builds it and runs this");
        var start = new ProcessStartInfo(program!, $"swarm {words}")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        process.ExitCode.Should().Be(0, await errors);
        return output;
    }
}
