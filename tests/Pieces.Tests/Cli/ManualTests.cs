using System.CommandLine;
using System.Text.RegularExpressions;
using Pieces.Cli.Completion;
using Pieces.Cli.Help;
using Pieces.Tests.Support;

namespace Pieces.Tests.Cli;

[Trait("Tier", "Loopback")]
public sealed class ManualTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pieces-manual-").FullName;
    private readonly RootCommand _root = TestTree.Create();

    [Fact]
    public async Task Every_page_is_written_as_mandoc_wants_it()
    {
        string mandoc = RealProcess.Find("mandoc");
        ShareFiles.Write(_root, _folder);
        string[] pages = Directory.GetFiles(Path.Combine(_folder, "man", "man1"));
        pages.Select(Path.GetFileName).Should().BeEquivalentTo(_root.Subcommands.Select(command => $"pieces-{command.Name}.1").Append("pieces.1"));
        (await ShellRun.RunAsync(mandoc, ["-Tlint", .. pages])).Should().Be((0, string.Empty));
    }

    [Fact]
    public async Task What_help_says_the_manual_says()
    {
        string mandoc = RealProcess.Find("mandoc");
        ShareFiles.Write(_root, _folder);
        foreach (Command command in _root.Subcommands)
        {
            string page = Path.Combine(_folder, "man", "man1", $"pieces-{command.Name}.1");
            (int exitCode, string output) = await ShellRun.RunAsync(mandoc, ["-Tascii", page]);
            exitCode.Should().Be(0);
            // Bold is a letter that is struck twice.
            string text = Squeezed(Regex.Replace(output, ".\b", string.Empty));
            foreach (HelpRow row in CommandPages.Of(_root, command).Sections.SelectMany(section => section.Rows))
                text.Should().Contain(Squeezed(row.Term + row.Meaning));
        }
    }

    [Fact]
    public void The_programs_page_has_the_topics()
    {
        string page = ShareFiles.Render(_root).Single(file => file.Path == "man/man1/pieces.1").Text;
        foreach (string heading in HelpTopics.All.SelectMany(topic => topic.Sections).Select(section => section.Heading))
            page.Should().Contain($".SH \"{heading.ToUpperInvariant()}\"");
        page.Should().Contain(".BR pieces\\-download (1)");
    }

    [Fact]
    public void Text_cannot_become_a_request()
    {
        var section = new HelpSection("H", [".so /etc/passwd", "'br a\\nb"], [new HelpRow("a\"b", "-~")]);
        ManualPage.OfCommand(new HelpPage("x", "s", "u", [], [section]), "2026-01-01").Should().Contain("\n\\&.so /etc/passwd\n")
            .And.Contain("\n\\(aqbr a\\enb\n").And.Contain(".B \"a\\(dqb\"\n\\-\\(ti\n");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // Lines are broken and words divided as the reader's program likes it.
    private static string Squeezed(string text) => string.Concat(text.Where(letter => !char.IsWhiteSpace(letter) && letter != '-'));
}
