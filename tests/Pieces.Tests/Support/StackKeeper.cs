using System.Diagnostics;
using System.Globalization;

namespace Pieces.Tests.Support;

/// <summary>Describes what every thread is doing in a process that should have ended. The sources are /proc and, if it is installed, gdb.</summary>
internal static class StackKeeper
{
    private static readonly string[] FactsOfThread = ["comm", "status", "wchan", "syscall", "stack"];

    /// <summary>Returns the description of a running process; empty on a system without /proc.</summary>
    public static async Task<string> DescribeAsync(int process, CancellationToken cancellationToken)
    {
        var text = new System.Text.StringBuilder();
        string tasks = string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/task");
        if (!Directory.Exists(tasks))
            return string.Empty;
        foreach (string thread in Directory.EnumerateDirectories(tasks))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"== thread {Path.GetFileName(thread)}");
            foreach (string fact in FactsOfThread)
                text.AppendLine(CultureInfo.InvariantCulture, $"-- {fact}: {Read(Path.Combine(thread, fact))}");
        }

        text.AppendLine("== gdb").AppendLine(await BacktraceAsync(process, cancellationToken));
        return text.ToString();
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path).TrimEnd();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    private static async Task<string> BacktraceAsync(int process, CancellationToken cancellationToken)
    {
        if (!File.Exists("/usr/bin/gdb"))
            return "not installed";
        var start = new ProcessStartInfo(
            "/usr/bin/gdb", ["-batch", "-p", process.ToString(CultureInfo.InvariantCulture), "-ex", "thread apply all bt"])
        {
            RedirectStandardOutput = true,
        };
        using Process gdb = Process.Start(start)!;
        string output = await gdb.StandardOutput.ReadToEndAsync(cancellationToken);
        await gdb.WaitForExitAsync(cancellationToken);
        return output;
    }
}
