using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Pieces.Tests.Interop;

namespace Pieces.Tests.Support;

/// <summary>A shell in a real terminal of its own, controlled through tmux. Disposing ends the terminal and all programs in it.</summary>
internal sealed class Tmux : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string _path;
    private readonly string _socket;

    private Tmux(string path, string socket)
    {
        _path = path;
        _socket = socket;
    }

    /// <summary>Opens a terminal with a shell whose prompt is <c>$ </c>. If tmux is not installed, the test is skipped; on CI it fails.</summary>
    /// <param name="folder">The working directory of the shell, which also contains the socket of tmux.</param>
    /// <param name="columns">Width.</param>
    /// <param name="rows">Height.</param>
    public static async Task<Tmux> OpenAsync(string folder, int columns, int rows)
    {
        var tmux = new Tmux(RealProcess.Find("tmux"), Path.Combine(folder, "tmux"));
        await tmux.RunAsync(
            "-f", "/dev/null", "new-session", "-d", "-x", Text(columns), "-y", Text(rows), "-c", folder,
            "env", "-u", "NO_COLOR", "LC_ALL=C.UTF-8", "PS1=$ ", "/bin/bash", "--norc", "--noprofile");
        try
        {
            await tmux.UntilAsync(screen => screen.StartsWith('$'), "a prompt");
            return tmux;
        }
        catch
        {
            await tmux.DisposeAsync();
            throw;
        }
    }

    /// <summary>Types a line and presses Enter.</summary>
    public Task TypeAsync(string line) => RunAsync("send-keys", line, "Enter");

    /// <summary>Presses a key, for example <c>C-z</c>.</summary>
    public Task PressAsync(string key) => RunAsync("send-keys", key);

    /// <summary>Makes the terminal larger or smaller.</summary>
    public Task ResizeAsync(int columns, int rows) => RunAsync("resize-window", "-x", Text(columns), "-y", Text(rows));

    /// <summary>Returns the text of the screen, one line for each row.</summary>
    public async Task<string> ScreenAsync() => await RunAsync("capture-pane", "-p");

    /// <summary>Returns the text of the screen in two forms: with wrapped rows joined, and with colours.</summary>
    public async Task<(string Joined, string Coloured)> CapturesAsync() =>
        (await RunAsync("capture-pane", "-p", "-J"), await RunAsync("capture-pane", "-p", "-e"));

    /// <summary>Whether the cursor is shown.</summary>
    public async Task<bool> IsCursorShownAsync() => (await RunAsync("display-message", "-p", "#{cursor_flag}")).Trim() == "1";

    /// <summary>Waits until the screen satisfies a condition, and returns its text.</summary>
    public async Task<string> UntilAsync(Func<string, bool> condition, string what)
    {
        string screen = string.Empty;
        await Eventually.TrueAsync(
            async () => condition(screen = await ScreenAsync()), Patience, () => $"{what} on\n{screen}", TestContext.Current.CancellationToken);
        return screen;
    }

    /// <summary>Waits until a pattern appears on the screen, and returns the text of the screen.</summary>
    public Task<string> UntilAsync(string pattern) => UntilAsync(screen => Regex.IsMatch(screen, pattern, RegexOptions.Multiline), $"\"{pattern}\"");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await RunAsync("kill-server");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private async Task<string> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(_path, ["-u", "-S", _socket, .. arguments]) { RedirectStandardOutput = true };
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment.Remove("TMUX");
        using Process process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.Should().Be(0, "tmux {0}", string.Join(' ', arguments));
        return output;
    }
}
