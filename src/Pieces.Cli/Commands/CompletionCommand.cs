using System.CommandLine;
using System.Text;
using Pieces.Cli.Completion;
using Pieces.Cli.Failures;
using Pieces.Cli.Parsing;
using Pieces.Cli.Terminal;

namespace Pieces.Cli.Commands;

/// <summary><c>pieces completion SHELL</c>: a script that teaches a shell our commands and flags.</summary>
internal static class CompletionCommand
{
    /// <summary>The shells that are known.</summary>
    public static IReadOnlyList<string> Shells { get; } = ["bash", "zsh", "fish", "pwsh"];

    public static Command Create(CliContext context, RootCommand root)
    {
        var shell = new Argument<string>("SHELL") { Description = string.Join(", ", Shells), Arity = ArgumentArity.ExactlyOne };
        var command = new Command("completion", "print a script that completes commands, flags and files in a shell") { shell };
        command.SetAction((parse, cancellationToken) =>
        {
            context.Output.Write(Encoding.UTF8.GetBytes(ScriptOf(parse.GetRequiredValue(shell), root)));
            return Task.FromResult((int)ExitCode.Success);
        });
        return command;
    }

    /// <summary>The script for a shell.</summary>
    /// <exception cref="FailureException">It is none of the known ones.</exception>
    public static string ScriptOf(string shell, RootCommand root)
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
