using System.CommandLine;
using Pieces.Cli.Help;
using Pieces.Cli.Parsing;
using Pieces.Cli.Settings;

namespace Pieces.Tests.Cli;

[Trait("Tier", "Pure")]
public class HelpTests
{
    private readonly RootCommand _root = TestTree.Create();

    private IEnumerable<HelpPage> AllPages =>
        [CommandPages.Of(_root, _root), .. _root.Subcommands.Select(command => CommandPages.Of(_root, command)), .. HelpTopics.All];

    [Fact]
    public void No_line_is_longer_than_a_hundred_characters() =>
        AllPages.SelectMany(HelpText.Render).Where(line => line.Length > 100).Should().BeEmpty();

    [Fact]
    public void Every_command_begins_with_two_to_four_examples_of_its_own()
    {
        foreach (Command command in _root.Subcommands)
        {
            string[] lines = [.. HelpText.Render(CommandPages.Of(_root, command))];
            lines[0].Should().Be("Examples:", "help {0} begins so", command.Name);
            CommandExamples.Of(command.Name).Should().HaveCountGreaterThanOrEqualTo(2).And.HaveCountLessThanOrEqualTo(4)
                .And.OnlyContain(example => example.Line.Contains($"pieces {command.Name}", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Every_example_is_a_command_line_that_works()
    {
        var reader = new CommandReader(_root, new SettingSources(() => new Dictionary<string, string>(), null));
        foreach (Command command in _root.Subcommands.Prepend(_root))
        {
            foreach (Example example in CommandExamples.Of(command == _root ? string.Empty : command.Name))
            {
                // What stands behind > or | is the shell's business, and so is what stands around it.
                string line = example.Line[example.Line.IndexOf("pieces ", StringComparison.Ordinal)..].Split(['>', '|', ')'])[0];
                string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..];
                var read = CommandLine.Read(_root, words);
                FluentActions.Invoking(
                    () => reader.Complete(read, reader.Parse(read.Arguments), _ => { }).Parse.Errors.Should().BeEmpty("of {0}", example.Line))
                    .Should().NotThrow("of {0}", example.Line);
            }
        }
    }

    [Fact]
    public void Every_flag_stands_in_the_help_of_its_command_with_all_its_names()
    {
        foreach (Command command in _root.Subcommands)
        {
            string[] terms = [.. CommandPages.Of(_root, command).Sections.SelectMany(section => section.Rows).Select(row => row.Term)];
            foreach (Option option in KnownFlags.Of(command).Where(option => !option.Hidden))
            {
                terms.Should().ContainSingle(term => term == FlagText.Term(option));
                option.Description.Should().NotBeNullOrEmpty();
            }
        }
    }

    [Fact]
    public void A_default_that_is_said_is_a_value_that_the_flag_takes()
    {
        foreach (Command command in _root.Subcommands.Where(SettingNames.AreTakenBy))
        {
            foreach (Option option in SettingNames.FlagsOf(command))
            {
                if (FlagText.DefaultValue(option) is { } value)
                    _root.Parse([command.Name, $"{option.Name}={value}", "x"]).Errors.Should().NotContain(
                        error => EffectiveSettings.OptionOf(error) == option);
            }
        }
    }

    [Fact]
    public void A_download_has_its_flags_under_headings()
    {
        Command download = _root.Subcommands.Single(command => command.Name == "download");
        FlagGroups.Of(download).Select(group => group.Heading).Should().StartWith("What to download, and where to")
            .And.EndWith("Flags of every command");
        FlagGroups.Of(download).SelectMany(group => group.Flags).Should().OnlyHaveUniqueItems().And.BeEquivalentTo(KnownFlags.Of(download));
    }

    [Theory]
    [InlineData("--a", "x (default: 1)", "1", "1")]
    [InlineData("--a", "x (default: 1; 2 is better)", "1", "1")]
    [InlineData("--a", "x (default: no limit)", "no limit", null)]
    [InlineData("--a", "x", null, null)]
    public void The_default_stands_in_the_description(string name, string description, string? words, string? value)
    {
        var option = new Option<string>(name) { Description = description };
        FlagText.DefaultWords(option).Should().Be(words);
        FlagText.DefaultValue(option).Should().Be(value);
    }

    [Theory]
    [InlineData("none|sparse|full", 3)]
    [InlineData("GLOB|N|N-M", 0)]
    [InlineData("FILE or -", 0)]
    public void Only_small_letters_are_words_to_choose_from(string valueName, int choices) =>
        FlagText.Choices(new Option<string>("--a") { HelpName = valueName }).Should().HaveCount(choices);

    [Fact]
    public void Words_are_kept_whole_when_lines_are_broken()
    {
        TextLayout.Wrap("one two three four", 9).Should().Equal("one two", "three", "four");
        TextLayout.Wrap("a-very-long-word b", 4).Should().Equal("a-very-long-word", "b");
        TextLayout.Wrap("  ", 4).Should().BeEmpty();
    }
}
