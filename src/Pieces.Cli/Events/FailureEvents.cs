using System.Buffers;
using Pieces.Cli.Failures;
using Pieces.Cli.Terminal;

namespace Pieces.Cli.Events;

/// <summary>
/// Writes events for a run that fails before it begins, if the command line requests events. The command line itself may be invalid, so it is only
/// searched for the relevant flags and not parsed.
/// </summary>
internal static class FailureEvents
{
    private static readonly string[] Commands = ["download", "seed", "share"];
    private static readonly string[] OutputFlags = ["-o", "-d", "--output", "--dir"];

    /// <summary>Writes the failure as events if events are requested.</summary>
    /// <param name="context">The output and the clock.</param>
    /// <param name="args">The command line, completed with flags from the environment and the configuration file.</param>
    /// <param name="outcome">The failure.</param>
    /// <returns>False if no events were written and the failure must be reported to people instead.</returns>
    public static bool TryWrite(CliContext context, IReadOnlyList<string> args, Outcome outcome)
    {
        string[] flags = [.. args.TakeWhile(arg => arg != "--")];
        bool asked = Commands.Contains(flags.FirstOrDefault(arg => !arg.StartsWith('-'))) && flags.Any(IsJson);

        // No events are requested, or there is no message, because the reader of stdout has closed the pipe.
        if (!asked || string.IsNullOrEmpty(outcome.Message))
            return false;
        return TryWrite(IsContentOnOutput(flags) ? new ErrorOutput() : context.Output, context.TimeProvider.GetUtcNow(), outcome);
    }

    /// <summary>Writes the summary event of a run that was stopped before it began. The caller has checked that events are requested.</summary>
    public static void Conclude(CliContext context, ExitCode code, string reason)
    {
        var line = new ArrayBufferWriter<byte>();
        EventLine.Write(new SummaryEvent(context.TimeProvider.GetUtcNow(), null, null, (int)code, (int)code, reason), line);
        context.Output.Write(line.WrittenSpan);
        context.Output.Flush();
    }

    private static bool TryWrite(IByteOutput output, DateTimeOffset now, Outcome outcome)
    {
        var lines = new ArrayBufferWriter<byte>();
        EventLine.Write(new ErrorEvent(now, null, null, outcome.Message!, (int)outcome.Code), lines);
        EventLine.Write(new SummaryEvent(now, null, null, (int)outcome.Code, (int)outcome.Code, outcome.Message!), lines);
        try
        {
            output.Write(lines.WrittenSpan);
            output.Flush();
            return true;
        }
        catch (FailureException)
        {
            // The events cannot be written, so the failure is reported to people instead.
            return false;
        }
    }

    private static bool IsJson(string arg) => arg is "--json" or "--json=true" or "--json=1";

    private static bool IsContentOnOutput(string[] args)
    {
        for (int i = 0; i < args.Length; i++)
        {
            if (OutputFlags.Contains(args[i]) && i + 1 < args.Length && args[i + 1] == "-")
                return true;
            if (args[i] == "-o-" || OutputFlags.Any(flag => args[i] == flag + "=-"))
                return true;
        }

        return false;
    }
}
