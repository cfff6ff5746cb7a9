using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Pieces.Tests.Support;

/// <summary>The result of a finished run of the program.</summary>
internal sealed record PiecesResult(int ExitCode, string StandardOutput, string StandardError);

/// <summary>
/// The built executable as a process: the managed one beside the tests, or the one that <c>PIECES_UNDER_TEST</c> names. Disposing kills the process
/// if it still runs.
/// </summary>
internal sealed class PiecesProcess : IAsyncDisposable
{
    private const string OverrideVariable = "PIECES_UNDER_TEST";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly GrowingText _output;
    private string? _ownCache;
    private readonly GrowingText _errors;

    private PiecesProcess(Process process, byte[]? input)
    {
        _process = process;
        _output = new GrowingText(process.StandardOutput);
        _errors = new GrowingText(process.StandardError);
        using Stream stdin = process.StandardInput.BaseStream;
        if (input is not null)
            stdin.Write(input);
    }

    /// <summary>The executable's path.</summary>
    public static string Executable { get; } = TakeOverride()
        ?? Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "pieces.exe" : "pieces");

    /// <summary>
    /// Reads the variable and removes it before any process is started, because the program under test would treat it as a setting.
    /// </summary>
    [ModuleInitializer]
    internal static void Initialize() => RuntimeHelpers.RunClassConstructor(typeof(PiecesProcess).TypeHandle);

    /// <summary>Whether the executable is the native program, which needs no separate runtime.</summary>
    public static bool IsNative => !File.Exists(Path.ChangeExtension(Executable, "dll")) && !File.Exists(Executable + ".dll");

    /// <summary>The process id.</summary>
    public int Id => _process.Id;

    /// <summary>Starts the program with pipes as its three standard streams.</summary>
    /// <param name="arguments">The arguments of the program.</param>
    /// <param name="workingDirectory">The working directory of the program; null for that of the tests.</param>
    /// <param name="input">The content of stdin; null for empty.</param>
    /// <param name="shell">Commands that a shell runs before it executes the program, for example <c>ulimit -n 64</c>; null for no shell.</param>
    /// <param name="environment">Environment variables in addition to those of the tests.</param>
    public static PiecesProcess Start(
        IEnumerable<string> arguments,
        string? workingDirectory = null,
        byte[]? input = null,
        string? shell = null,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        string[] command = shell is null
            ? [Executable, .. arguments]
            : ["/bin/bash", "-c", shell + " && exec \"$@\"", "bash", Executable, .. arguments];
        return StartProgram(command, workingDirectory, environment, input);
    }

    /// <summary>Starts, in the same way, a program that is the executable or that runs it.</summary>
    public static PiecesProcess StartProgram(
        string[] command, string? workingDirectory, IReadOnlyDictionary<string, string>? environment, byte[]? input = null)
    {
        if (SignalsAreIgnored())
            command = ["/usr/bin/env", "--default-signal=INT,HUP", .. command];
        var start = new ProcessStartInfo(command[0], command[1..]);
        Redirect(start, workingDirectory);
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        string cache = start.Environment["XDG_CACHE_HOME"]!;
        bool isOwn = environment is null || !environment.ContainsKey("XDG_CACHE_HOME");
        return new PiecesProcess(Process.Start(start)!, input) { _ownCache = isOwn ? cache : null };
    }

    /// <summary>Runs the program to its end.</summary>
    public static async Task<PiecesResult> RunAsync(params string[] arguments)
    {
        await using PiecesProcess process = Start(arguments);
        return await process.WaitAsync();
    }

    /// <summary>Waits until the process has ended, at most one minute.</summary>
    public async Task<PiecesResult> WaitAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
        await _output.Complete.WaitAsync(patience.Token);
        await _errors.Complete.WaitAsync(patience.Token);
        return new PiecesResult(_process.ExitCode, _output.SoFar, _errors.SoFar);
    }

    /// <summary>The text that the process has written to stdout so far.</summary>
    public string OutputSoFar => _output.SoFar;

    /// <summary>Waits until stdout contains a text.</summary>
    public Task WaitForOutputTextAsync(string text) => WaitForOutputAsync(text, said => said.Contains(text, StringComparison.Ordinal));

    /// <summary>Waits until the text on stdout satisfies a condition.</summary>
    public Task WaitForOutputAsync(string what, Func<string, bool> condition) => _output.WaitForAsync(what, condition, Patience);

    /// <summary>Waits for the first whole line on stdout.</summary>
    public async Task<string> FirstOutputLineAsync()
    {
        await WaitForOutputTextAsync("\n");
        return _output.SoFar.Split('\n')[0];
    }

    /// <summary>Waits until stderr contains a text.</summary>
    public Task WaitForErrorTextAsync(string text) =>
        _errors.WaitForAsync(text, said => said.Contains(text, StringComparison.Ordinal), Patience);

    /// <summary>Sends a signal by its name, for example <c>INT</c>.</summary>
    public async Task SignalAsync(string name)
    {
        using var kill = Process.Start("kill", ["-s", name, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Kills the process, as <c>kill -9</c> does. Its locks are free only after it has ended.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Waits until the process has ended, at most five minutes, and returns its peak resident memory in bytes (Linux only).</summary>
    public async Task<long> PeakMemoryAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        long peak = 0;
        while (!_process.HasExited)
        {
            peak = Math.Max(peak, PeakSoFar());
            await Task.Delay(10, patience.Token);
        }

        return peak;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _output.Complete;
        await _errors.Complete;
        _process.Dispose();
        if (_ownCache is not null && Directory.Exists(_ownCache))
            Directory.Delete(_ownCache, recursive: true);
    }

    // If the tests run in the background of a script or under nohup, they ignore SIGINT or SIGHUP, and a program that they start inherits that.
    private static bool SignalsAreIgnored()
    {
        const ulong HangupAndInterrupt = 0b11;
        string? line = OperatingSystem.IsLinux()
            ? File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith("SigIgn:", StringComparison.Ordinal))
            : null;
        return line is not null
            && (ulong.Parse(line.AsSpan("SigIgn:".Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & HangupAndInterrupt) != 0;
    }

    private static void Redirect(ProcessStartInfo start, string? workingDirectory)
    {
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.StandardOutputEncoding = Encoding.UTF8;
        start.StandardErrorEncoding = Encoding.UTF8;
        start.WorkingDirectory = workingDirectory ?? string.Empty;
        // Settings in the environment of the user who runs the tests must not affect them.
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("PIECES_", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
        start.Environment["XDG_CONFIG_HOME"] = Path.Combine(AppContext.BaseDirectory, "no-configuration");
        // Each process has a cache of its own, so that no run finds data that another run has cached.
        start.Environment["XDG_CACHE_HOME"] = Path.Join(Path.GetTempPath(), $"pieces-test-cache-{Guid.NewGuid():N}");
    }

    private long PeakSoFar()
    {
        try
        {
            foreach (string line in File.ReadLines($"/proc/{_process.Id}/status"))
            {
                if (line.StartsWith("VmHWM:", StringComparison.Ordinal))
                    return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The process has ended since the last check.
        }

        return 0;
    }

    private static string? TakeOverride()
    {
        string? path = Environment.GetEnvironmentVariable(OverrideVariable);
        Environment.SetEnvironmentVariable(OverrideVariable, null);
        return path;
    }

    /// <summary>The text that has arrived from a stream so far.</summary>
    private sealed class GrowingText
    {
        private readonly StringBuilder _text = new();
        private readonly StreamReader _reader;
        private TaskCompletionSource _grew = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public GrowingText(StreamReader reader)
        {
            _reader = reader;
            Complete = ReadAsync();
        }

        /// <summary>Completes at the end of the stream.</summary>
        public Task Complete { get; }

        public string SoFar
        {
            get
            {
                lock (_text)
                    return _text.ToString();
            }
        }

        public async Task WaitForAsync(string what, Func<string, bool> condition, TimeSpan patience)
        {
            using var timeout = new CancellationTokenSource(patience);
            while (true)
            {
                Task grew;
                lock (_text)
                    grew = _grew.Task;
                if (condition(SoFar))
                    return;
                if (Complete.IsCompleted)
                    throw new InvalidOperationException($"it ended without saying \"{what}\": {SoFar}");
                await Task.WhenAny(grew, Complete).WaitAsync(timeout.Token);
            }
        }

        private async Task ReadAsync()
        {
            char[] buffer = new char[4096];
            int read;
            while ((read = await _reader.ReadAsync(buffer)) > 0)
            {
                TaskCompletionSource grew;
                lock (_text)
                {
                    _text.Append(buffer, 0, read);
                    grew = _grew;
                    _grew = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                }

                grew.SetResult();
            }
        }
    }
}
