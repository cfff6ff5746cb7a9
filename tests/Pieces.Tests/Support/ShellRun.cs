using System.Diagnostics;

namespace Pieces.Tests.Support;

/// <summary>Runs a program of the system to its end, at most a minute.</summary>
internal static class ShellRun
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Runs a program, and returns its exit code and its output on stdout and stderr together.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(string program, IEnumerable<string> arguments, string? workingDirectory = null)
    {
        using var patience = new CancellationTokenSource(Patience);
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingDirectory ?? string.Empty,
        };
        // The home folder must not contain settings of the user who runs the tests.
        start.Environment["HOME"] = workingDirectory ?? Path.GetTempPath();
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(patience.Token);
            Task<string> errors = process.StandardError.ReadToEndAsync(patience.Token);
            string text = await output + await errors;
            await process.WaitForExitAsync(patience.Token);
            return (process.ExitCode, text);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
