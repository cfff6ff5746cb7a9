using Pieces.Cli.Parsing;
using Pieces.Cli.Sources;
using Pieces.Dht;

namespace Pieces.Cli.Commands;

/// <summary>Builds the client options of a command from its flags and its network access.</summary>
internal static class ClientSetup
{
    private const string CacheVariable = "XDG_CACHE_HOME";

    /// <summary>Builds the options of a client that joins swarms.</summary>
    /// <param name="swarm">Values of the swarm flags.</param>
    /// <param name="reach">The command's access to the network.</param>
    /// <param name="isOneShot">Whether the run ends when its download is complete. The DHT node of such a run is read-only (BEP 43).</param>
    public static TorrentClientOptions Create(SwarmSettings swarm, NetworkReach reach, bool isOneShot) => Create(swarm.Serving, reach) with
    {
        DownloadLimit = swarm.DownloadLimit,
        Encryption = swarm.Encryption,
        Dht = swarm.DhtNodes is { } nodes ? new DhtSettings { Bootstrap = nodes, IsReadOnly = isOneShot, CacheFile = FindDhtCache() } : null,
    };

    /// <summary>Builds the options of a client that only uploads.</summary>
    public static TorrentClientOptions Create(ServingSettings serving, NetworkReach reach)
    {
        var options = new TorrentClientOptions { UploadLimit = serving.UploadLimit, Binding = reach.Binding, Dht = null };
        return serving.Ports is { } ports ? options with { FirstPort = ports.First, LastPort = ports.Last } : options;
    }

    /// <summary>Returns the program's folder in the user's cache directory; null if the user has no cache directory.</summary>
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
