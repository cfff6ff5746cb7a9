using System.Diagnostics;
using System.Globalization;

namespace Pieces.Tests.Support;

/// <summary>
/// How a pipeline of a shell ended: what its last program printed, and the code and the seconds of the program under test, which is its first.
/// </summary>
internal sealed record ShellPipeResult(int ExitCode, double Seconds, string StandardOutput, string StandardError);

/// <summary>Runs the built executable at the head of a pipeline, as people use it.</summary>
internal static class ShellPipe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Runs <c>pieces ARGUMENTS | REST</c> to its end.</summary>
    /// <param name="arguments">What stands behind <c>pieces</c>.</param>
    /// <param name="rest">The other programs, for example <c>tar x</c>.</param>
    /// <param name="folder">Where they run; what they leave of the measuring is removed.</param>
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
