using System.Reflection;
using Pieces.Cli.Terminal;
using Pieces.Cli.Transfers;

namespace Pieces.Tests.Cli;

/// <summary>Keeps the folders of the program acyclic layers, and each of them to its job, by what is compiled.</summary>
[Trait("Tier", "Pure")]
public class CliLayeringTests
{
    private static readonly string[] Order =
    [
        "Pieces.Cli.Failures", "Pieces.Cli.Terminal", "Pieces.Cli.Selection", "Pieces.Cli.Progress", "Pieces.Cli.Sources", "Pieces.Cli.Tracker",
        "Pieces.Cli.Transfers", "Pieces.Cli.Events", "Pieces.Cli.Hooks", "Pieces.Cli.Streaming", "Pieces.Cli.Share", "Pieces.Cli.Reports",
        "Pieces.Cli.Parsing", "Pieces.Cli.Help", "Pieces.Cli.Settings", "Pieces.Cli.Completion", "Pieces.Cli.Commands", "Pieces.Cli",
    ];

    // By their names: a pure test is kept from mentioning some of these types itself.
    private static readonly string[] Outside =
    [
        "System.Console", "System.Environment", "System.IO.File", "System.IO.Directory", "System.IO.FileStream", "System.Diagnostics.Process",
        "System.Net.Sockets.Socket", "System.Net.Dns", "System.Net.NetworkInformation.NetworkInterface",
    ];

    private static IEnumerable<Type> Types =>
        typeof(CliContext).Assembly.GetTypes().Where(type => type.Namespace?.StartsWith("Pieces", StringComparison.Ordinal) == true);

    [Fact]
    public void No_layer_of_the_program_mentions_one_above_it()
    {
        List<string> wrong = [];
        foreach (Type type in Types)
        {
            IEnumerable<Type> above = new LayeringTests.Mentions(type).All().Where(mentioned => LayerOf(mentioned) > LayerOf(type));
            wrong.AddRange(above.Select(mentioned => $"{type.FullName} mentions {mentioned.FullName}"));
        }

        wrong.Distinct().Should().BeEmpty();
    }

    [Fact]
    public void Every_type_of_the_program_stands_in_a_known_layer() => Types.Where(type => LayerOf(type) < 0).Should().BeEmpty();

    [Fact]
    public void Flags_are_read_without_a_look_at_anything_outside_the_program()
    {
        foreach (Type type in Types.Where(type => type.Namespace == "Pieces.Cli.Parsing"))
        {
            new LayeringTests.Mentions(type).All().Select(mentioned => mentioned.FullName)
                .Should().NotIntersectWith(Outside, "{0} only turns flags into values", type.FullName);
        }
    }

    [Fact]
    public void Observers_are_not_given_what_could_stop_a_torrent()
    {
        Type[] observers = [.. Types.Where(typeof(TransferObserver).IsAssignableFrom)];
        observers.Should().HaveCountGreaterThan(3);
        foreach (Type observer in observers)
        {
            new LayeringTests.Mentions(observer).All()
                .Should().NotContain([typeof(TransferSession), typeof(ITransfer)], "{0} only observes", observer.FullName);
        }
    }

    [Fact]
    public void Plans_and_settings_never_change()
    {
        string[] ends = ["Plan", "Settings"];
        Type[] plans = [.. Types.Where(type => ends.Any(end => type.Name.EndsWith(end, StringComparison.Ordinal)))];
        plans.Select(type => type.Name).Should().Contain(["SharePlan", "TransferSettings", "ReachSettings", "SwarmSettings"]);
        plans.SelectMany(type => type.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public))
            .Where(field => !field.IsInitOnly)
            .Select(field => $"{field.DeclaringType!.Name}.{field.Name}")
            .Should().BeEmpty();
    }

    private static int LayerOf(Type type) => type.Assembly == typeof(CliContext).Assembly ? Array.IndexOf(Order, type.Namespace) : -1;
}
