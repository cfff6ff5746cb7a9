using System.CommandLine;
using System.Text;
using Pieces.Cli.Completion;
using Pieces.Cli.Failures;
using Pieces.Cli.Terminal;

namespace Pieces.Cli.Commands;

/// <summary><c>pieces completion SHELL</c>: prints the script that completes our commands and flags in a shell.</summary>
internal static class CompletionCommand
{
    public static Command Create(CliContext context, RootCommand root)
    {
        var shell = new Argument<string>("SHELL") { Description = string.Join(", ", CompletionScripts.Shells), Arity = ArgumentArity.ExactlyOne };
        var command = new Command("completion", "print a script that completes commands, flags and files in a shell") { shell };
        command.SetAction((parse, cancellationToken) =>
        {
            context.Output.Write(Encoding.UTF8.GetBytes(CompletionScripts.Of(parse.GetRequiredValue(shell), root)));
            return Task.FromResult((int)ExitCode.Success);
        });
        return command;
    }
}
