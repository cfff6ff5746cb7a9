using System.CommandLine;
using Pieces.Cli.Parsing;

namespace Pieces.Tests.Cli;

[Trait("Tier", "Pure")]
public class ReachFlagsTests
{
    /// <summary>Commands that never open a socket, each with the reason.</summary>
    private static readonly Dictionary<string, string> Offline = new(StringComparer.Ordinal)
    {
        ["create"] = "it reads files and writes a torrent; the URLs in it are not opened",
        ["config"] = "it prints settings; the flags of the command that is asked about are only parsed",
        ["completion"] = "it prints a script",
        ["help"] = "it prints text",
    };

    [Fact]
    public void Every_command_that_can_reach_the_network_has_the_flags_that_say_how()
    {
        foreach (Command command in TestTree.Create().Subcommands.Where(command => !Offline.ContainsKey(command.Name)))
            KnownFlags.ByName(command).Keys.Should().Contain(["--interface", "--proxy"], "'{0}' can reach the network", command.Name);
    }

    [Fact]
    public void The_list_of_commands_that_cannot_reach_the_network_has_no_others()
    {
        RootCommand root = TestTree.Create();
        root.Subcommands.Select(command => command.Name).Should().Contain(Offline.Keys);
        foreach (Command command in root.Subcommands.Where(command => Offline.ContainsKey(command.Name)))
            KnownFlags.ByName(command).Keys.Should().NotContain(["--interface", "--proxy"], "'{0}': {1}", command.Name, Offline[command.Name]);
    }

    [Fact]
    public void The_flags_mean_the_same_for_every_command()
    {
        IEnumerable<Option> all = TestTree.Create().Subcommands.SelectMany(command => command.Options);
        IEnumerable<Option> flags = all.Where(option => option.Name is "--interface" or "--proxy");
        flags.Select(flag => (flag.Name, flag.Description, flag.HelpName)).Distinct().Should().HaveCount(2);
    }
}
