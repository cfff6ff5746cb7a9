using System.CommandLine;
using System.CommandLine.Parsing;
using Pieces.Cli.Commands;
using Pieces.Cli.Failures;
using Pieces.Cli.Parsing;
using Pieces.Cli.Terminal;

namespace Pieces.Cli;

/// <summary>One run of the program: arguments in, exit code out.</summary>
internal sealed class Application : IDisposable
{
    private readonly StandardError _errors = new();
    private readonly CliContext _context;
    private readonly CommonFlags _flags = new();
    private readonly RootCommand _root;

    public Application(TimeProvider timeProvider, StopSignals signals)
    {
        _context = new CliContext(new Messages(_errors), new StandardOutput(), timeProvider, signals, _errors);
        _root = CommandTree.Create(_context, _flags);
    }

    /// <summary>Runs the command that the arguments name. Every failure ends here, as one line and a code.</summary>
    public async Task<ExitCode> RunAsync(IReadOnlyList<string> args)
    {
        ExitCode code;
        try
        {
            code = await DispatchAsync(args);
            _context.Output.Flush();
        }
        catch (OperationCanceledException) when (_context.Signals.Code is { } signal)
        {
            code = signal;
        }
        catch (Exception e)
        {
            // The last resort of the process: what nobody foresaw is said, and ends it with the code for bugs.
            var outcome = Outcome.Of(e);
            _context.Messages.Failure(outcome);
            code = outcome.Code;
        }

        return code;
    }

    /// <summary>Ends the run; what was said last goes out.</summary>
    public void Dispose() => _errors.Dispose();

    private async Task<ExitCode> DispatchAsync(IReadOnlyList<string> args)
    {
        ParseResult parse = _root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = true });
        _context.Messages.Verbosity = _flags.VerbosityOf(parse);
        if (_flags.AsksForVersion(parse))
        {
            _context.Output.WriteLine(ProductVersion.Line);
            return ExitCode.Success;
        }

        bool wantsHelp = parse.Action is System.CommandLine.Help.HelpAction;
        if (!wantsHelp)
            Refuse(args, parse);
        using var help = new StringWriter();
        var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = help };
        int code = await parse.InvokeAsync(invocation, _context.Signals.Token);
        foreach (string line in help.ToString().TrimEnd().Split('\n'))
        {
            if (help.GetStringBuilder().Length > 0)
                _context.Output.WriteLine(line.TrimEnd());
        }

        return (ExitCode)code;
    }

    private void Refuse(IReadOnlyList<string> args, ParseResult parse)
    {
        Command command = parse.CommandResult.Command;
        if (command == _root)
            RefuseWithoutCommand(args);
        FlagCheck.Check(args, command);
        if (parse.Errors.Count == 0)
            return;
        string why = parse.Errors[0].Message.ReplaceLineEndings(" ");
        throw FailureException.Usage($"{Outcome.InOurStyle(why)} (see 'pieces help {command.Name}')");
    }

    private void RefuseWithoutCommand(IReadOnlyList<string> args)
    {
        string? word = args.FirstOrDefault(arg => !arg.StartsWith('-'));
        if (word is null)
        {
            if (args.Count > 0)
                FlagCheck.Check(args, _root);
            throw FailureException.Usage("no command given (see 'pieces help')");
        }

        if (LaterFlags.Commands.Contains(word))
            throw FailureException.Usage($"{word}: not built yet (see 'pieces help')");
        string? nearest = NearestName.Of(word, _root.Subcommands.Select(command => command.Name));
        throw FailureException.Usage($"{word}: no such command ({(nearest is null ? "see 'pieces help'" : $"did you mean {nearest}?")})");
    }
}
