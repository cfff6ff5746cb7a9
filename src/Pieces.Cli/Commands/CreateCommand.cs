using System.CommandLine;
using Pieces.Cli.Failures;

namespace Pieces.Cli.Commands;

/// <summary><c>pieces create PATH...</c>: make a torrent.</summary>
internal static class CreateCommand
{
    public static Command Create(CliContext context)
    {
        var paths = new Argument<string[]>("PATH") { Description = "a file or folder", Arity = ArgumentArity.OneOrMore };
        var command = new Command("create", "make a torrent: the same input gives the same bytes") { paths };
        command.SetAction((_, _) => throw FailureException.Usage("create: not built yet (see 'pieces help')"));
        return command;
    }
}
