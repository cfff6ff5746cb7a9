using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Scripts;

/// <summary>tests/check.sh on a small repository with one fault.</summary>
[Trait("Tier", "Loopback")]
public sealed class CheckScriptTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public CheckScriptTests()
    {
        Write("src/Pieces/Net/Outbound.cs", "new Socket(1); Dns.GetHostName();");
        Write("src/Pieces/Platform/Calls.cs", "[LibraryImport(\"libc\")]");
        Write("tests/Tests.cs", Lines(400));
    }

    [Fact]
    public async Task Without_a_fault_nothing_is_said() => (await CheckAsync()).Should().Be((0, string.Empty));

    [Theory]
    [InlineData("src/Pieces/Wire/Call.cs", "    [DllImport(\"libc\")]", "platform layer alone: src/Pieces/Wire/Call.cs:1:")]
    [InlineData("src/Pieces/PlatformOther/Call.cs", "[LibraryImport(\"libc\")]", "platform layer alone: src/Pieces/PlatformOther/Call.cs:1:")]
    [InlineData("src/Pieces/Trackers/Open.cs", "\nvar socket = new Socket(1);", "Net alone: src/Pieces/Trackers/Open.cs:2:")]
    [InlineData("src/Pieces.Cli/Open.cs", "await Dns.GetHostAddressesAsync(host)", "Net alone: src/Pieces.Cli/Open.cs:1:")]
    public async Task A_name_outside_its_layer_is_a_fault(string path, string code, string said)
    {
        Write(path, code);
        (int exitCode, string output) = await CheckAsync();
        exitCode.Should().Be(1);
        output.Should().Contain(said);
    }

    [Fact]
    public async Task A_comment_is_no_use_of_a_name()
    {
        Write("src/Pieces/Wire/Call.cs", "    // As [DllImport] would.");
        (await CheckAsync()).ExitCode.Should().Be(0);
    }

    [Theory]
    [InlineData("using System;\nusing System.Text;\nusing Pieces.Net;\nusing Pieces.NetOther;\n\nusing B = A.C;\nnamespace X;\n", true)]
    [InlineData("using Pieces.Net;\nusing System;\n", false)]
    [InlineData("using Pieces.Peers;\nusing Pieces.Net;\n", false)]
    public async Task Imports_are_sorted_with_the_system_first(string code, bool isSorted)
    {
        Write("src/Pieces/Wire/Call.cs", code);
        (int exitCode, string output) = await CheckAsync();
        exitCode.Should().Be(isSorted ? 0 : 1);
        output.Should().Be(isSorted ? string.Empty : "check: src/Pieces/Wire/Call.cs: the using directives are not sorted\n");
    }

    [Fact]
    public async Task A_line_of_more_than_150_columns_is_a_fault_and_an_accent_is_one_column()
    {
        Write("src/Pieces/Wire/Fits.cs", new string('\u00e9', 150));
        Write("src/Pieces/Wire/Long.cs", "\n" + new string('x', 151));
        (await CheckAsync()).Should().Be((1, "check: src/Pieces/Wire/Long.cs:2 is longer than 150 columns\n"));
    }

    [Fact]
    public async Task An_expression_of_the_word_list_is_a_fault()
    {
        Write("docs/page.md", "A limit.\nOf so " + "many peers.\n");
        (await CheckAsync()).Should().Be((1, "check: plain words: docs/page.md:2:Of so " + "many peers.\n"));
    }

    [Fact]
    public async Task A_file_of_more_than_400_lines_is_a_fault()
    {
        Write("tests/Pieces.Tests/Long.cs", Lines(401));
        (await CheckAsync()).Should().Be((1, "check: tests/Pieces.Tests/Long.cs has 401 lines, 400 are the most\n"));
    }

    [Fact]
    public async Task A_folder_of_more_than_40_files_is_a_fault()
    {
        for (int i = 0; i < 40; i++)
            Write($"src/Pieces/Wire/File{i}.cs", "");
        (await CheckAsync()).ExitCode.Should().Be(0);
        Write("src/Pieces/Wire/File40.cs", "");
        (await CheckAsync()).Should().Be((1, "check: src/Pieces/Wire has 41 files, 40 are the most\n"));
    }

    public void Dispose() => _folder.Dispose();

    private static string Lines(int count) => string.Concat(Enumerable.Repeat("x\n", count));

    private void Write(string path, string text) => _folder.Write(path, System.Text.Encoding.UTF8.GetBytes(text + (text.EndsWith('\n') ? "" : "\n")));

    private Task<(int ExitCode, string Output)> CheckAsync()
    {
        Assert.SkipWhen(!OperatingSystem.IsLinux(), "the script is run on Linux");
        return ShellRun.RunAsync("/bin/bash", [Path.Combine(Repository.Root, "tests", "check.sh"), _folder.Path]);
    }
}
