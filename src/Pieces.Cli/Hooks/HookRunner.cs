using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Pieces.Cli.Failures;
using Pieces.Primitives;

namespace Pieces.Cli.Hooks;

/// <summary>
/// Runs a hook: a program chosen by the user that receives an event on its stdin. Its output is passed on line by line and is never written to our
/// stdout.
/// </summary>
internal sealed class HookRunner : IHookRunner
{
    // How long to wait for remaining output after the program has ended. Its own output is in the pipes already; only a process that it left running
    // keeps the pipes open longer.
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

    private readonly IReadOnlyList<string> _command;
    private readonly TimeProvider _time;
    private readonly Action<string> _say;

    /// <param name="command">The program and its arguments.</param>
    /// <param name="time">Source of time.</param>
    /// <param name="say">Receives each line that the program prints. Must be thread-safe.</param>
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
            return Failed($"{called}: was still running when the run was stopped; it continues on its own");
        }

        // The wait is bounded: a child process of the hook may keep the streams open, and the hook may never read the event.
        Task grace = Task.Delay(LastWords, _time, CancellationToken.None);
        await Task.WhenAny(Task.WhenAll(telling, hearing), grace);
        return process.ExitCode == 0
            ? Outcome.Success
            : Failed(string.Create(CultureInfo.InvariantCulture, $"{called}: ended with exit code {process.ExitCode}"));
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
            // A hook need not read its input. Only its exit code counts.
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
