using System.Buffers;
using Pieces.Cli.Failures;
using Pieces.Cli.Terminal;

namespace Pieces.Cli.Events;

/// <summary>
/// A run that fails before it begins, told by events where they were asked for. The command line may be what is wrong with it, so the flags
/// are looked for in it without understanding the rest.
/// </summary>
internal static class FailureEvents
{
    private static readonly string[] Commands = ["download", "seed", "share"];
    private static readonly string[] OutputFlags = ["-o", "-d", "--output", "--dir"];

    /// <summary>Tells it, unless nobody asked for events.</summary>
    /// <param name="context">Where events go.</param>
    /// <param name="args">The command line, completed by environment and file.</param>
    /// <param name="outcome">What failed.</param>
    /// <returns>False when people are to be told instead.</returns>
    public static bool TryWrite(CliContext context, IReadOnlyList<string> args, Outcome outcome)
    {
        string[] flags = [.. args.TakeWhile(arg => arg != "--")];
        bool asked = Commands.Contains(flags.FirstOrDefault(arg => !arg.StartsWith('-'))) && flags.Any(IsJson);

        // There is nobody to tell, or stdout itself is what failed.
        if (!asked || string.IsNullOrEmpty(outcome.Message))
            return false;
        return TryWrite(IsContentOnOutput(flags) ? new ErrorOutput() : context.Output, context.TimeProvider.GetUtcNow(), outcome);
    }

    /// <summary>Tells the end of a run that was stopped before it began, to those who asked for events.</summary>
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
            // Nobody takes events: the failure itself is what people are told then.
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
