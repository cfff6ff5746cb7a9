using Pieces.Benchmarks.Growth;

namespace Pieces.Benchmarks.Soak;

/// <summary>What this process holds at one moment.</summary>
internal readonly record struct ResourceSample(long ResidentBytes, int Handles, int Threads, int Sockets)
{
    public static ResourceSample Take()
    {
        int process = Environment.ProcessId;
        string[] handles = Directory.GetFileSystemEntries($"/proc/{process}/fd");
        int sockets = handles.Count(handle => new FileInfo(handle).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true);
        int threads = Directory.GetFileSystemEntries($"/proc/{process}/task").Length;
        return new ResourceSample(ProcessFacts.Read(process).ResidentBytes, handles.Length, threads, sockets);
    }
}
