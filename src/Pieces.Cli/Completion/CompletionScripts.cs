using System.CommandLine;
using Pieces.Cli.Failures;
using Pieces.Cli.Parsing;

namespace Pieces.Cli.Completion;

/// <summary>The completion scripts of all supported shells.</summary>
internal static class CompletionScripts
{
    /// <summary>Names of the supported shells.</summary>
    public static IReadOnlyList<string> Shells { get; } = ["bash", "zsh", "fish", "pwsh"];

    /// <summary>Returns the script for a shell.</summary>
    /// <exception cref="FailureException">The shell is not supported.</exception>
    public static string Of(string shell, RootCommand root)
    {
        var model = CompletionModel.Of(root);
        return shell switch
        {
            "bash" => BashCompletion.Script(model),
            "zsh" => ZshCompletion.Script(model),
            "fish" => FishCompletion.Script(model),
            "pwsh" => PwshCompletion.Script(model),
            _ => throw FailureException.Usage($"completion {shell}: no such shell ({Hint(shell)})"),
        };
    }

    private static string Hint(string shell) =>
        NearestName.Of(shell, Shells) is { } nearest ? $"did you mean {nearest}?" : $"one of {string.Join(", ", Shells)}";
}
