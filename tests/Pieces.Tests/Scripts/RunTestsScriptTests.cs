using System.Globalization;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Scripts;

/// <summary>tests/run-tests.sh with a test program whose failures the test determines.</summary>
[Trait("Tier", "Loopback")]
public sealed class RunTestsScriptTests : IDisposable
{
    // The n-th run writes the n-th report, or runs the n-th script.
    private const string Program = """
        #!/bin/bash
        run=$(($(cat "$0.runs" 2>/dev/null || echo 0) + 1))
        echo "$run" >"$0.runs"
        echo "$*" >"$0.arguments$run"
        while [ "$1" != -result-xml ]; do shift; done
        report=$2
        . "$0.run$run"
        """;

    private readonly TempFolder _folder = new();
    private int _runs;

    [Fact]
    public async Task What_passes_the_first_time_is_counted_and_not_run_again()
    {
        Run(("Pass", "A.One"), ("Skip", "A.Two"), ("Pass", "A.Three"), ("NotRun", "A.Four"));
        await ShouldEndAsync(0, "2 passed, 0 failed, 1 skipped");
        RunsDone.Should().Be(1);
    }

    [Fact]
    public async Task What_fails_and_then_passes_alone_is_flaky_and_counts_as_passed()
    {
        Run(("Pass", "A.One"), ("Fail", "A.Two"), ("Pass", "A.Three"));
        Run(("Pass", "A.Two"));
        string output = await ShouldEndAsync(0, "3 passed, 0 failed, 0 skipped");
        output.Should().Contain("\nflaky: A.Two(text: \"<&>\")\n");
        File.ReadAllText(Fake + ".arguments2").Trim().Should().EndWith("-trait Tier=Pure -parallelMode none -method A.Two");
    }

    [Fact]
    public async Task What_fails_twice_has_failed()
    {
        Run(("Pass", "A.One"), ("Fail", "A.Two"), ("Fail", "A.Three"));
        Run(("Fail", "A.Two"), ("Pass", "A.Three"));
        string output = await ShouldEndAsync(1, "2 passed, 1 failed, 0 skipped");
        output.Should().Contain("\nfailed: A.Two(").And.Contain("\nflaky: A.Three(");
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(3, 1)]
    public async Task More_than_two_flaky_tests_are_too_many(int flaky, int exitCode)
    {
        string[] names = [.. Enumerable.Range(1, flaky).Select(i => $"A.Test{i}")];
        Run([("Pass", "A.One"), .. names.Select(name => ("Fail", name))]);
        Run([.. names.Select(name => ("Pass", name))]);
        string output = await ShouldEndAsync(exitCode, $"{flaky + 1} passed, 0 failed, 0 skipped");
        output.Split('\n').Count(line => line.StartsWith("flaky: ", StringComparison.Ordinal)).Should().Be(flaky);
    }

    [Fact]
    public async Task What_is_skipped_or_missing_the_second_time_has_failed()
    {
        Run(("Fail", "A.One"), ("Fail", "A.Two"), ("Pass", "A.Three"));
        Run(("Skip", "A.One"));
        await ShouldEndAsync(1, "1 passed, 2 failed, 0 skipped");
    }

    [Fact]
    public async Task A_row_that_fails_only_in_the_second_run_has_failed()
    {
        Run(("Fail", "A.One"), ("Pass", "A.Two"));
        Run(("Pass", "A.One"), ("Fail", "A.Two"));
        await ShouldEndAsync(1, "1 passed, 1 failed, 0 skipped");
    }

    [Fact]
    public async Task An_error_outside_of_a_test_has_failed()
    {
        Script(
            Report([("Pass", "A.One")])
            + """sed -i 's|</assemblies>|<errors><error type="test-class-cleanup" name="A" /></errors></assemblies>|' "$report"; exit 1""");
        await ShouldEndAsync(1, "1 passed, 1 failed, 0 skipped");
    }

    [Theory]
    [InlineData("kill -ABRT $$")]
    [InlineData("exit 0")]
    [InlineData("exit 3")]
    [InlineData("echo '<assemblies><test name=\"A.One\" type=\"A\" method=\"One\" result=\"Pass\" />' >\"$report\"; exit 0")]
    public async Task A_first_run_without_a_whole_report_has_failed(string script)
    {
        Script(script);
        string output = await ShouldEndAsync(1, "1 failed, 0 skipped");
        output.Should().Contain("left no whole report");
        RunsDone.Should().Be(1);
    }

    [Fact]
    public async Task A_failing_status_without_a_failing_test_has_failed()
    {
        Script(Report([("Pass", "A.One")]) + "exit 3");
        (await ShouldEndAsync(1, "0 passed, 1 failed, 0 skipped")).Should().Contain("ended with status 3");
    }

    [Fact]
    public async Task A_crash_of_the_second_run_has_failed()
    {
        Run(("Fail", "A.One"), ("Pass", "A.Two"));
        Script("kill -SEGV $$");
        await ShouldEndAsync(1, "1 passed, 1 failed, 0 skipped");
    }

    [Fact]
    public async Task A_run_that_hangs_is_ended_and_has_failed()
    {
        Script("exec sleep 300");
        (await ShouldEndAsync(1, "0 passed, 1 failed, 0 skipped", "TEST_TIME_LIMIT=1 ")).Should().Contain("had not ended after 1 s");
    }

    public void Dispose() => _folder.Dispose();

    private string Fake => _folder["tests"];

    private int RunsDone => int.Parse(File.ReadAllText(Fake + ".runs"), CultureInfo.InvariantCulture);

    private static string Report((string Result, string Name)[] tests) =>
        "cat >\"$report\" <<'END'\n<assemblies><assembly>" +
        string.Concat(tests.Select(test => $"<test name=\"{test.Name}(text: &quot;&lt;&amp;&gt;&quot;)\" type=\"{test.Name.Split('.')[0]}\" " +
            $"method=\"{test.Name.Split('.')[1]}\" result=\"{test.Result}\"><failure><message>&lt;test name=</message></failure></test>")) +
        "</assembly></assemblies>\nEND\n";

    private void Run(params (string Result, string Name)[] tests) =>
        Script(Report(tests) + (tests.Any(test => test.Result == "Fail") ? "exit 1" : "exit 0"));

    private void Script(string text) => File.WriteAllText($"{Fake}.run{++_runs}", text + "\n");

    private async Task<string> ShouldEndAsync(int exitCode, string lastLine, string limit = "")
    {
        Assert.SkipWhen(!OperatingSystem.IsLinux(), "the script is run on Linux");
        WriteProgram();
        (int code, string output) = await ShellRun.RunAsync(
            "/bin/bash", ["-c", $"{limit}exec '{Path.Combine(Repository.Root, "tests", "run-tests.sh")}' '{Fake}' -trait Tier=Pure 2>&1"]);
        code.Should().Be(exitCode, output);
        output.Should().EndWith(lastLine + "\n");
        return output;
    }

    private void WriteProgram()
    {
        File.WriteAllText(Fake, Program);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Fake, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
