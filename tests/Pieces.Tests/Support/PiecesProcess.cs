using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Pieces.Tests.Support;

/// <summary>What a finished run of the program left.</summary>
internal sealed record PiecesResult(int ExitCode, string StandardOutput, string StandardError);

/// <summary>
/// The built executable as a process: the managed one beside the tests, or the one that <c>PIECES_UNDER_TEST</c> names. Disposing kills it
/// if it still runs.
/// </summary>
internal sealed class PiecesProcess : IAsyncDisposable
{
    private const string OverrideVariable = "PIECES_UNDER_TEST";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task _errors;
    private readonly StringBuilder _errorText = new();
    private readonly SemaphoreSlim _errorGrew = new(0);

    private PiecesProcess(Process process, byte[]? input)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        _errors = ReadErrorsAsync();
        using Stream stdin = process.StandardInput.BaseStream;
        if (input is not null)
            stdin.Write(input);
    }

    /// <summary>The executable's path.</summary>
    public static string Executable { get; } = Environment.GetEnvironmentVariable(OverrideVariable)
        ?? Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "pieces.exe" : "pieces");

    /// <summary>The process's number.</summary>
    public int Id => _process.Id;

    /// <summary>Starts it with its three streams as pipes.</summary>
    /// <param name="arguments">What stands behind <c>pieces</c>.</param>
    /// <param name="workingDirectory">Where it runs; null for here.</param>
    /// <param name="input">Its whole stdin; null for an empty one.</param>
    public static PiecesProcess Start(IEnumerable<string> arguments, string? workingDirectory = null, byte[]? input = null)
    {
        var start = new ProcessStartInfo(Executable, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            WorkingDirectory = workingDirectory ?? string.Empty,
        };
        start.Environment.Remove(OverrideVariable);
        return new PiecesProcess(Process.Start(start)!, input);
    }

    /// <summary>Runs it to its end.</summary>
    public static async Task<PiecesResult> RunAsync(params string[] arguments)
    {
        await using PiecesProcess process = Start(arguments);
        return await process.WaitAsync();
    }

    /// <summary>Waits for its end, at most a minute.</summary>
    public async Task<PiecesResult> WaitAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
        await _errors.WaitAsync(patience.Token);
        return new PiecesResult(_process.ExitCode, await _output.WaitAsync(patience.Token), ErrorsSoFar());
    }

    /// <summary>Waits until stderr holds a text.</summary>
    public async Task WaitForErrorTextAsync(string text)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!ErrorsSoFar().Contains(text, StringComparison.Ordinal))
        {
            if (_errors.IsCompleted)
                throw new InvalidOperationException($"it ended without saying \"{text}\": {ErrorsSoFar()}");
            await _errorGrew.WaitAsync(patience.Token);
        }
    }

    /// <summary>Sends a signal by its name, for example <c>INT</c>.</summary>
    public async Task SignalAsync(string name)
    {
        using var kill = Process.Start("kill", ["-s", name, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _errors;
        await _output;
        _process.Dispose();
        _errorGrew.Dispose();
    }

    private string ErrorsSoFar()
    {
        lock (_errorText)
            return _errorText.ToString();
    }

    private async Task ReadErrorsAsync()
    {
        char[] buffer = new char[4096];
        int read;
        while ((read = await _process.StandardError.ReadAsync(buffer)) > 0)
        {
            lock (_errorText)
                _errorText.Append(buffer, 0, read);
            _errorGrew.Release();
        }

        _errorGrew.Release();
    }
}
