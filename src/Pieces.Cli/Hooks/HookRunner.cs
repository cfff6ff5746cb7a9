using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Pieces.Cli.Failures;
using Pieces.Primitives;

namespace Pieces.Cli.Hooks;

/// <summary>
/// Runs a hook: a program of the user's, with an event on its stdin. What it prints is handed on line by line and never gets to our stdout.
/// </summary>
internal sealed class HookRunner : IHookRunner
{
    // What a program that has ended still has in its pipes is there at once; only something that it left behind keeps them open.
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

    private readonly IReadOnlyList<string> _command;
    private readonly TimeProvider _time;
    private readonly Action<string> _say;

    /// <param name="command">The program and its arguments.</param>
    /// <param name="time">Source of time.</param>
    /// <param name="say">Takes each line that it prints; safe for all threads.</param>
    public HookRunner(IReadOnlyList<string> command, TimeProvider time, Action<string> say)
    {
        _command = command;
        _time = time;
        _say = say;
    }

    /// <inheritdoc/>
    public async Task<Outcome> RunAsync(HookFacts facts, CancellationToken patience)
    {
        string called = $"{facts.Name}: hook {DisplayText.Escape(_command[0])}";
        if (ProgramPath.Find(_command[0], Environment.GetEnvironmentVariable("PATH")) is not { } program)
            return Failed($"{called}: no such program");
        using var process = new Process { StartInfo = StartOf(program, facts) };
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            return Failed($"{called}: cannot be started: {Outcome.InOurStyle(new Win32Exception(e.NativeErrorCode).Message)}", e);
        }

        Task telling = Task.Run(() => TellAsync(process.StandardInput.BaseStream, facts.Json), CancellationToken.None);
        Task hearing = Task.WhenAll(
            HookLines.PumpAsync(process.StandardOutput.BaseStream, _say), HookLines.PumpAsync(process.StandardError.BaseStream, _say));
        try
        {
            await process.WaitForExitAsync(patience);
        }
        catch (OperationCanceledException)
        {
            return Failed($"{called}: was still running when the run was stopped; it is left to itself");
        }

        // Not waited for without end: a program that it started may hold on to its streams, and the event may be of no interest to anybody.
        Task grace = Task.Delay(LastWords, _time, CancellationToken.None);
        await Task.WhenAny(Task.WhenAll(telling, hearing), grace);
        return process.ExitCode == 0
            ? Outcome.Success
            : Failed(string.Create(CultureInfo.InvariantCulture, $"{called}: ended with {process.ExitCode}"));
    }

    private static Outcome Failed(string message, Exception? cause = null) => new(ExitCode.HookFailed, message, cause);

    private static async Task TellAsync(Stream stdin, byte[] json)
    {
        try
        {
            await using (stdin)
                await stdin.WriteAsync(json);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // A hook need not read what it is told; its exit code is what counts.
        }
    }

    private ProcessStartInfo StartOf(string program, HookFacts facts)
    {
        var start = new ProcessStartInfo(program, _command.Skip(1))
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in facts.Variables)
            start.Environment[name] = value;
        return start;
    }
}
