using System.CommandLine;
using Pieces.Cli.Failures;
using Pieces.Cli.Parsing;

namespace Pieces.Cli.Commands;

/// <summary><c>pieces verify SOURCE [--data DIR]</c>: hash the data against the torrent.</summary>
internal static class VerifyCommand
{
    public static Command Create(CliContext context)
    {
        Argument<string> source = Positionals.Source();
        Option<string> data = DataFlag.Create();
        var command = new Command("verify", "hash the data against the torrent; exit 0 when all is right, 10 when not") { source, data };
        command.SetAction((_, _) => throw FailureException.Usage("verify: not built yet (see 'pieces help')"));
        return command;
    }
}
