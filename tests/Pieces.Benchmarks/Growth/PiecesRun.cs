using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Pieces.Benchmarks.Growth;

/// <summary>The executable as a process: starts it, measures it from outside, ends it.</summary>
internal sealed class PiecesRun : IDisposable
{
    private static readonly string[] NoDiscovery = ["--no-trackers", "--no-dht", "--no-pex", "--no-lsd", "-q"];

    private readonly Process _process;
    private readonly StringBuilder _said = new();

    public PiecesRun(string executable, IEnumerable<string> arguments, int? maxHandles)
    {
        var start = new ProcessStartInfo { RedirectStandardOutput = true, RedirectStandardError = true };
        if (maxHandles is { } limit)
        {
            // The shell becomes the executable, so that the process is the one to measure.
            start.FileName = "/bin/sh";
            start.ArgumentList.Add("-c");
            start.ArgumentList.Add($"ulimit -n {limit.ToString(CultureInfo.InvariantCulture)}; exec \"$0\" \"$@\"");
            start.ArgumentList.Add(executable);
        }
        else
        {
            start.FileName = executable;
        }

        foreach (string argument in arguments.Concat(NoDiscovery))
            start.ArgumentList.Add(argument);
        StartedAt = Stopwatch.GetTimestamp();
        _process = Process.Start(start)!;
        _process.OutputDataReceived += Hear;
        _process.ErrorDataReceived += Hear;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>By <see cref="Stopwatch.GetTimestamp"/>.</summary>
    public long StartedAt { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public ProcessFacts Facts => ProcessFacts.Read(Id);

    /// <summary>Arguments of a download from peers given by hand.</summary>
    public static IEnumerable<string> Download(string torrent, string folder, IEnumerable<IPEndPoint> peers) =>
        ["download", torrent, "-o", folder, "-p", "0", .. peers.SelectMany(peer => (string[])["--peer", peer.ToString()])];

    /// <summary>A port that nobody listens on at the moment.</summary>
    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Any, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>Awaits something that only happens while the process lives.</summary>
    public async Task WhileAlive(Task task)
    {
        if (await Task.WhenAny(task, _process.WaitForExitAsync()) != task)
            throw new InvalidOperationException($"pieces ended with {_process.ExitCode}: {Said}");
        await task;
    }

    /// <summary>Waits for its end and demands success; says how long it ran.</summary>
    public async Task<TimeSpan> SucceedAsync()
    {
        await _process.WaitForExitAsync();
        TimeSpan took = Stopwatch.GetElapsedTime(StartedAt);
        if (_process.ExitCode != 0)
            throw new InvalidOperationException($"pieces ended with {_process.ExitCode}: {Said}");
        return took;
    }

    /// <summary>Asks it to end, as a user would, and waits until it has.</summary>
    public async Task StopAsync()
    {
        using Process kill = Process.Start("kill", ["-TERM", Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        await _process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }
    }

    private string Said
    {
        get
        {
            lock (_said)
                return _said.ToString();
        }
    }

    private void Hear(object sender, DataReceivedEventArgs e)
    {
        lock (_said)
        {
            if (e.Data is { } line && _said.Length < 4000)
                _said.AppendLine(line);
        }
    }
}
