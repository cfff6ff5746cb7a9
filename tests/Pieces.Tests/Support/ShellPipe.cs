using System.Diagnostics;
using System.Globalization;

namespace Pieces.Tests.Support;

/// <summary>
/// The result of a shell pipeline: the output of its last program, and the exit code and the duration of its first one, which is the program under
/// test.
/// </summary>
internal sealed record ShellPipeResult(int ExitCode, double Seconds, string StandardOutput, string StandardError);

/// <summary>Runs the executable as the first program of a shell pipeline.</summary>
internal static class ShellPipe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Runs <c>pieces ARGUMENTS | REST</c> to its end.</summary>
    /// <param name="arguments">The arguments of the program.</param>
    /// <param name="rest">The other programs, for example <c>tar x</c>.</param>
    /// <param name="folder">The working directory of the pipeline. The temporary file of the measurement is removed from it.</param>
    /// <param name="environment">Variables to set, for example <c>TMPDIR</c>.</param>
    public static async Task<ShellPipeResult> RunAsync(
        IEnumerable<string> arguments, string rest, string folder, IReadOnlyDictionary<string, string>? environment = null)
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("the pipelines of these tests are those of a POSIX shell");
        const string Timed = "s=$EPOCHREALTIME; \"$@\"; c=$?; e=$EPOCHREALTIME; echo \"$c ${s/[.,]/} ${e/[.,]/}\" > .ended";
        var start = new ProcessStartInfo("/bin/bash", ["-c", $"{{ {Timed}; }} | {rest}", "bash", PiecesProcess.Executable, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(Patience);
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(patience.Token), errors = process.StandardError.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        string[] ended = (await File.ReadAllTextAsync(Path.Combine(folder, ".ended"), patience.Token)).Split(' ');
        File.Delete(Path.Combine(folder, ".ended"));
        double seconds = (double.Parse(ended[2], CultureInfo.InvariantCulture) - double.Parse(ended[1], CultureInfo.InvariantCulture)) / 1e6;
        return new ShellPipeResult(int.Parse(ended[0], CultureInfo.InvariantCulture), seconds, await output, await errors);
    }
}
