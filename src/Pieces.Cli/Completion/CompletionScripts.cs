using System.CommandLine;
using Pieces.Cli.Failures;
using Pieces.Cli.Parsing;

namespace Pieces.Cli.Completion;

/// <summary>The scripts that teach shells our commands and flags.</summary>
internal static class CompletionScripts
{
    /// <summary>The shells that are known.</summary>
    public static IReadOnlyList<string> Shells { get; } = ["bash", "zsh", "fish", "pwsh"];

    /// <summary>The script for a shell.</summary>
    /// <exception cref="FailureException">It is none of the known ones.</exception>
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
