using System.Text;

namespace Pieces.Cli.Hooks;

/// <summary>Cuts what a hook prints into lines.</summary>
internal static class HookLines
{
    /// <summary>Longest line that is handed on in one piece, in characters.</summary>
    public const int MaxLength = 4096;

    /// <summary>Hands on each line until the stream ends. Never faults.</summary>
    public static async Task PumpAsync(Stream stream, Action<string> say)
    {
        // The pipe is read on a thread of the pool: the caller must not wait for its first byte.
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
                    if (c != '\n')
                        line.Append(c);
                    if (c == '\n' || line.Length == MaxLength)
                        Say(line, say);
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The hook has ended, and nobody waits for what something else may still print there.
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
