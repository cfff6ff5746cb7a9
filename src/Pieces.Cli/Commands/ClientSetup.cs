using Pieces.Cli.Parsing;
using Pieces.Cli.Sources;
using Pieces.Dht;

namespace Pieces.Cli.Commands;

/// <summary>What the torrents of a command share, from its flags and its way to the network.</summary>
internal static class ClientSetup
{
    private const string CacheVariable = "XDG_CACHE_HOME";

    /// <summary>The options of a client that takes part in swarms.</summary>
    /// <param name="swarm">What the flags say.</param>
    /// <param name="reach">The command's way to the network.</param>
    /// <param name="isOneShot">Whether the run ends when its download does.</param>
    public static TorrentClientOptions Create(SwarmSettings swarm, NetworkReach reach, bool isOneShot) => Create(swarm.Serving, reach) with
    {
        DownloadLimit = swarm.DownloadLimit,
        Encryption = swarm.Encryption,
        Dht = swarm.DhtNodes is { } nodes ? new DhtSettings { Bootstrap = nodes, IsReadOnly = isOneShot, CacheFile = FindDhtCache() } : null,
    };

    /// <summary>The options of a client that only serves.</summary>
    public static TorrentClientOptions Create(ServingSettings serving, NetworkReach reach)
    {
        var options = new TorrentClientOptions { UploadLimit = serving.UploadLimit, Binding = reach.Binding };
        return serving.Ports is { } ports ? options with { FirstPort = ports.First, LastPort = ports.Last } : options;
    }

    /// <summary>The program's own folder in the user's cache; null where the user has no folder for such files.</summary>
    public static string? FindCacheFolder()
    {
        string? folder = Environment.GetEnvironmentVariable(CacheVariable);
        if (string.IsNullOrEmpty(folder) || !Path.IsPathFullyQualified(folder))
        {
            string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            folder = home.Length == 0 ? null
                : OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
                : Path.Join(home, ".cache");
        }

        return string.IsNullOrEmpty(folder) ? null : Path.Join(folder, "pieces");
    }

    private static string? FindDhtCache() => FindCacheFolder() is { } folder ? Path.Join(folder, "dht") : null;
}
