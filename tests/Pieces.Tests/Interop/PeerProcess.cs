using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Pieces.Tests.Interop;

/// <summary>
/// A program that a test starts, in a process group of its own. Its output is kept for the failure message. Disposing ends the whole group, first by
/// SIGTERM and then by SIGKILL, and returns when the program has ended.
/// </summary>
internal sealed class PeerProcess : IAsyncDisposable
{
    /// <summary>Number of characters of output that are kept; older ones are dropped.</summary>
    private const int OutputLimit = 64 * 1024;

    private const int SigKill = 9;
    private const int SigTerm = 15;

    private readonly Process _process;
    private readonly Lock _lock = new();
    private readonly StringBuilder _output = new();
    private bool _isDisposed;

    private PeerProcess(string title, Process process)
    {
        Title = title;
        _process = process;
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
    }

    /// <summary>The name of this process in failure messages.</summary>
    public string Title { get; }

    public bool HasExited => _process.HasExited;

    /// <summary>The last <see cref="OutputLimit"/> characters that the program has written to stdout and stderr so far.</summary>
    public string Output
    {
        get
        {
            lock (_lock)
                return _output.ToString();
        }
    }

    /// <summary>Starts a program, given by its name or path, with stdin closed.</summary>
    /// <param name="home">
    /// An existing folder. It becomes the home and working folder of the program, so that the user's settings do not affect the program.
    /// </param>
    public static PeerProcess Start(string title, string home, IEnumerable<string> command)
    {
        // A process that setsid turns into a group leader keeps its id, so the id of the process is the id of the group.
        var start = new ProcessStartInfo("setsid", command)
        {
            WorkingDirectory = home,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["HOME"] = home;
        start.Environment["XDG_CONFIG_HOME"] = Path.Combine(home, ".config");
        start.Environment["XDG_DATA_HOME"] = Path.Combine(home, ".data");
        start.Environment["XDG_CACHE_HOME"] = Path.Combine(home, ".cache");
        // The samples contain file names that are not ASCII, and some clients convert names to the encoding of the locale.
        start.Environment["LC_ALL"] = "C.UTF-8";
        foreach (string name in start.Environment.Keys.Where(IsSetting).ToList())
            start.Environment.Remove(name);

        var started = new PeerProcess(title, new Process { StartInfo = start });
        started._process.Start();
        started._process.StandardInput.Close();
        started._process.BeginOutputReadLine();
        started._process.BeginErrorReadLine();
        return started;
    }

    /// <summary>Waits for the program to end by itself.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> WaitForExitAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        await Eventually.TrueAsync(() => HasExited, limit, () => $"{Title} to exit", cancellationToken);
        await _process.WaitForExitAsync(cancellationToken);
        return _process.ExitCode;
    }

    /// <summary>Sends SIGTERM and waits for the program to end.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> TerminateAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        if (!HasExited)
            SignalGroup(SigTerm);
        return await WaitForExitAsync(limit, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        if (!HasExited)
        {
            SignalGroup(SigTerm);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(3));
            await _process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        // The group is killed even if its leader has ended, because other processes of the group may still run.
        SignalGroup(SigKill);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void SignalGroup(int signal) => _ = Kill(-_process.Id, signal);

    /// <summary>Environment variables of the user that would change the behaviour of the program.</summary>
    private static bool IsSetting(string name)
        => name.EndsWith("_proxy", StringComparison.OrdinalIgnoreCase) || name.StartsWith("PIECES_", StringComparison.Ordinal);

    private void Keep(string? line)
    {
        if (line is null)
            return;
        lock (_lock)
        {
            _output.AppendLine(line);
            if (_output.Length > OutputLimit)
                _output.Remove(0, _output.Length - OutputLimit);
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processOrGroup, int signal);
}
