using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Pieces.Tests.Support;

/// <summary>Another program that a test starts. Disposing ends the process. Its output is kept for the failure message.</summary>
internal sealed class RealProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly StringBuilder _output = new();

    /// <summary>Starts the program.</summary>
    public RealProcess(string path, params string[] arguments)
    {
        _process = new Process { StartInfo = new ProcessStartInfo(path, arguments) { RedirectStandardOutput = true, RedirectStandardError = true } };
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Returns the path of an installed program. If the program is missing, the test fails on CI and is skipped elsewhere.</summary>
    public static string Find(string name)
    {
        string[] folders = [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator), "/usr/bin", "/usr/sbin"];
        string? path = folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        if (path is null && Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail($"{name} is not installed; on CI it has to be");
        if (path is null)
            Assert.Skip($"{name} is not installed");
        return path;
    }

    /// <summary>Waits until a process accepts connections on an address.</summary>
    public async Task UntilListeningAsync(IPEndPoint address, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StartLimit);
        while (true)
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(address, limit.Token);
                return;
            }
            catch (SocketException) when (!_process.HasExited)
            {
                await Task.Delay(20, limit.Token);
            }
            catch (SocketException)
            {
                lock (_output)
                    throw new InvalidOperationException($"{_process.StartInfo.FileName} ended with {_process.ExitCode}: {_output}");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_output)
            _output.AppendLine(line.Data);
    }
}
