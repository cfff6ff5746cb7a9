using System.Text;

namespace Pieces.Cli.Hooks;

/// <summary>Splits the output of a hook into lines.</summary>
internal static class HookLines
{
    /// <summary>Maximum length of an output line of a hook, in characters. Longer lines are split.</summary>
    public const int MaxLength = 4096;

    /// <summary>Passes on each line until the stream ends. The returned task never faults.</summary>
    public static async Task PumpAsync(Stream stream, Action<string> say)
    {
        // Read the pipe on a thread-pool thread, so that the caller does not wait for the first byte.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var line = new StringBuilder();
        try
        {
            using var reader = new StreamReader(stream, new UTF8Encoding(false));
            char[] buffer = new char[MaxLength];
            int read;
            while ((read = await reader.ReadAsync(buffer)) > 0)
            {
                foreach (char c in buffer.AsSpan(0, read))
                {
                    if (c == '\n' || line.Length == MaxLength)
                        Say(line, say);
                    if (c != '\n')
                        line.Append(c);
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The hook has ended. Output of other processes that still hold the pipe is ignored.
        }

        if (line.Length > 0)
            Say(line, say);
    }

    private static void Say(StringBuilder line, Action<string> say)
    {
        say(line.ToString().TrimEnd('\r'));
        line.Clear();
    }
}
