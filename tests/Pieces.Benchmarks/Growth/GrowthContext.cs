using System.Globalization;

namespace Pieces.Benchmarks.Growth;

/// <summary>What the scenarios share: the executable, a temporary folder, and every process started. Disposing ends and deletes all of it.</summary>
internal sealed class GrowthContext : IDisposable
{
    private readonly List<PiecesRun> _runs = [];
    private readonly Lock _gate = new();
    private int _lastFolder;

    public GrowthContext(string executable)
    {
        Executable = Path.GetFullPath(executable);
        string parent = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
        Root = Path.Combine(parent, $"pieces-growth-{Environment.ProcessId}");
        Directory.CreateDirectory(Root);
    }

    public string Executable { get; }

    public string Root { get; }

    /// <summary>Makes a new folder.</summary>
    public string NewFolder()
    {
        string folder = Path.Combine(Root, Interlocked.Increment(ref _lastFolder).ToString(CultureInfo.InvariantCulture));
        Directory.CreateDirectory(folder);
        return folder;
    }

    /// <summary>Starts the executable.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="maxHandles">Limit on open files, or null for the system's.</param>
    public PiecesRun Start(IEnumerable<string> arguments, int? maxHandles = null)
    {
        lock (_gate)
        {
            var run = new PiecesRun(Executable, arguments, maxHandles);
            _runs.Add(run);
            return run;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (PiecesRun run in _runs)
                run.Dispose();
            _runs.Clear();
        }

        if (Directory.Exists(Root))
            Directory.Delete(Root, recursive: true);
    }
}
