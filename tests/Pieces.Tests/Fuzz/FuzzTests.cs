using Pieces.Fuzz.Engine;
using Pieces.Fuzz.Targets;
using Pieces.Tests.Metadata;

namespace Pieces.Tests.Fuzz;

/// <summary>A short run of each fuzz target without instrumentation, and a run with each input that has revealed a fault.</summary>
[Trait("Tier", "Pure")]
public class FuzzTests
{
    private const int Inputs = 500;
    private const int Seed = 20;

    public static TheoryData<string> Parsers => [.. FuzzTargets.Parsers.Select(target => target.Name)];

    public static TheoryData<string> OldFaults =>
        [.. Directory.EnumerateFiles(Repository.TestData("fuzz")).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Parsers))]
    public void Made_inputs_raise_the_declared_exception_alone(string name)
    {
        using var watch = new HangWatch(Path.GetTempPath());
        FuzzResult result = RunOf(FuzzTargets.Named(name), watch).Run(Inputs, TimeSpan.MaxValue);
        result.Fault?.Reason.Should().BeNull();
        result.Inputs.Should().BeGreaterThanOrEqualTo(Inputs);
    }

    /// <summary>The file name consists of the target, a hyphen, and a description of the fault.</summary>
    [Theory]
    [MemberData(nameof(OldFaults))]
    public void An_input_that_showed_a_fault_shows_none_now(string file)
    {
        IFuzzTarget target = FuzzTargets.Parsers
            .Where(target => file.StartsWith(target.Name + "-", StringComparison.Ordinal)).MaxBy(target => target.Name.Length)!;
        using var watch = new HangWatch(Path.GetTempPath());
        FuzzFault? fault = RunOf(target, watch).Try(File.ReadAllBytes(Repository.TestData($"fuzz/{file}")));
        fault?.Reason.Should().BeNull();
    }

    [Fact]
    public void A_fault_is_found_and_told()
    {
        var broken = new ParserTarget("broken", 64, () => [[1, 2, 3]], [], input => _ = input[5]);
        using var watch = new HangWatch(Path.GetTempPath());
        RunOf(broken, watch).Run(Inputs, TimeSpan.MaxValue).Fault!.Reason.Should().Contain(nameof(IndexOutOfRangeException));
    }

    private static FuzzRun RunOf(IFuzzTarget target, HangWatch watch) =>
        new(target, new FuzzCorpus(target.Seeds, null), Seed, watch, new NoBranches());
}
