using System.CommandLine;
using System.CommandLine.Parsing;
using Pieces.Cli.Commands;
using Pieces.Cli.Events;
using Pieces.Cli.Failures;
using Pieces.Cli.Help;
using Pieces.Cli.Parsing;
using Pieces.Cli.Settings;
using Pieces.Cli.Terminal;

namespace Pieces.Cli;

/// <summary>One run of the program: arguments in, exit code out.</summary>
internal sealed class Application : IDisposable
{
    private readonly StandardError _errors = new();
    private readonly CliContext _context;
    private readonly CommonFlags _flags = new();
    private readonly RootCommand _root;
    private readonly CommandReader _reader;
    private EffectiveSettings _settings = EffectiveSettings.None;

    public Application(TimeProvider timeProvider, StopSignals signals)
    {
        var output = new StandardOutput();
        _context = new CliContext(new Messages(_errors), output, timeProvider, signals, _errors);
        var words = new LastWords(() => signals.RestoreTerminal?.Invoke(), _context.Messages, _errors, output);
        signals.EndProcess = words.End;
        var settings = SettingSources.OfProcess();
        _root = CommandTree.Create(_context, settings, _flags);
        _reader = new CommandReader(_root, settings);
    }

    /// <summary>Runs the command that the arguments name. Every failure is caught here and becomes one message and an exit code.</summary>
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
            // All failures of a command arrive here. An unexpected exception becomes a message and the exit code for bugs.
            var outcome = InTheirPlace(Outcome.Of(e));
            if (!FailureEvents.TryWrite(_context, _reader.WithUsableSettings(args), outcome))
                _context.Messages.Failure(outcome);
            code = outcome.Code;
        }

        _context.Messages.TellRepeated();
        _context.Signals.LastPhase.Conclude("the reader of stderr", code);
        _errors.Dispose();
        return code;
    }

    /// <summary>Restores the terminal before the last line of a run that fails in an unforeseen place.</summary>
    /// <returns>Whether the user wants to see stack traces.</returns>
    public bool PrepareLastLine()
    {
        _context.Signals.RestoreTerminal?.Invoke();
        return _context.Messages.Verbosity.ShowsStacks;
    }

    /// <summary>Writes the error output that is still pending.</summary>
    public void Dispose() => _errors.Dispose();

    private async Task<ExitCode> DispatchAsync(IReadOnlyList<string> args)
    {
        var line = CommandLine.Read(_root, args);
        ParseResult parse = _reader.Parse(line.Arguments);
        _context.Messages.Verbosity = _flags.VerbosityOf(parse);
        if (_flags.AsksForVersion(parse))
        {
            _context.Output.WriteLine(ProductVersion.Line);
            return ExitCode.Success;
        }

        if (_flags.AsksForHelp(parse))
        {
            HelpText.Write(_context.Output, _root, parse.CommandResult.Command);
            return ExitCode.Success;
        }

        if (line.Command == _root)
            RefuseWithoutCommand(args);
        CompleteCommand complete = _reader.Complete(line, parse, _context.Messages.Warning);
        _settings = complete.Settings;
        _context.IsGivenHere = _settings.IsGivenHere;
        _context.Messages.Verbosity = _flags.VerbosityOf(complete.Parse);
        if (complete.Parse.Errors is [var error, ..])
            throw FailureException.Usage(
                $"{Outcome.InOurStyle(_reader.Explain(complete, error).ReplaceLineEndings(" "))} (see 'pieces help {line.Command.Name}')");

        var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        return (ExitCode)await complete.Parse.InvokeAsync(invocation, _context.Signals.Token);
    }

    // A command that rejects a flag's value names the flag. If the value comes from the environment or the configuration file, name that place
    // instead.
    private Outcome InTheirPlace(Outcome outcome) =>
        outcome.Message is { } message ? outcome with { Message = _settings.InTheirPlace(message) } : outcome;

    private void RefuseWithoutCommand(IReadOnlyList<string> args)
    {
        string? word = args.FirstOrDefault(arg => !arg.StartsWith('-'));
        if (word is null)
        {
            if (args.Count > 0)
                FlagCheck.Check(args, _root);
            throw FailureException.Usage("no command given (see 'pieces help')");
        }

        string? nearest = NearestName.Of(word, _root.Subcommands.Select(command => command.Name));
        throw FailureException.Usage($"{word}: no such command ({(nearest is null ? "see 'pieces help'" : $"did you mean {nearest}?")})");
    }
}
