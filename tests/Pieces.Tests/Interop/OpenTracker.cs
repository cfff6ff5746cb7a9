namespace Pieces.Tests.Interop;

/// <summary>opentracker for one torrent, on one port of 127.0.0.1, over HTTP and UDP.</summary>
internal static class OpenTracker
{
    public static bool IsInstalled()
        => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, "opentracker")));

    /// <param name="home">An existing folder for its files.</param>
    public static PeerProcess Start(string home, int port, byte[] infoHash)
    {
        // The Debian build serves only torrents on its list. If root starts it, it first changes its root directory to the folder and its user to
        // "nobody".
        File.WriteAllText(Path.Combine(home, "whitelist"), Convert.ToHexStringLower(infoHash) + "\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(home, (UnixFileMode)0b111_101_101);
        return PeerProcess.Start("opentracker", home,
            ["opentracker", "-i", "127.0.0.1", "-p", $"{port}", "-P", $"{port}", "-d", home, "-w", "whitelist"]);
    }
}
