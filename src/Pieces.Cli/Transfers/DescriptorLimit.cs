using System.Globalization;
using Pieces.Platform;

namespace Pieces.Cli.Transfers;

/// <summary>Adapts the settings of a run to the number of files and connections that the system permits for one process.</summary>
internal static class DescriptorLimit
{
    // Descriptors reserved for listeners, for pipes and timers of the runtime, for the terminal, the log, name lookups and the sockets of local
    // discovery, and for folders that the disk workers create, flush or list.
    private const int Reserve = 24;

    // Descriptors for each torrent: its folder, lock, state and log files, and the sockets of two trackers.
    private const int OfTorrent = 6;
    private const int LeastFiles = 4;
    private const int LeastConnections = 2;

    // One socket for each address family.
    private const int OfDht = 2;

    // For this number of connections, one descriptor is reserved for an incoming connection that is still in its handshake.
    private const int ConnectionsForHandshake = 4;

    /// <summary>Raises the descriptor limit of this process as far as possible, and adapts the settings to it if the system reports it.</summary>
    public static TransferSettings Fit(TransferSettings settings, int torrents, Action<string> warn)
    {
        CurrentPlatform.Facts.RaiseDescriptorLimit();
        return CurrentPlatform.Facts.Descriptors is { } limit ? Fit(settings, torrents, limit.Most, limit.Open, warn) : settings;
    }

    /// <summary>
    /// Adapts the settings to a limit. Files take precedence over connections: a torrent without a connection waits, but one without a file fails.
    /// </summary>
    /// <param name="settings">The settings of the user.</param>
    /// <param name="torrents">Number of torrents that share the descriptors.</param>
    /// <param name="most">Maximum number of descriptors.</param>
    /// <param name="open">Number of descriptors that are open already.</param>
    /// <param name="warn">Called if fewer connections are possible than requested.</param>
    public static TransferSettings Fit(TransferSettings settings, int torrents, int most, int open, Action<string> warn)
    {
        long free = (long)most - open - Reserve - ((long)OfTorrent * Math.Max(1, torrents)) - (settings.Client.Dht is null ? 0 : OfDht);
        int files = (int)Math.Clamp(free / 2, LeastFiles, settings.Client.MaxOpenFiles);
        int wanted = Math.Max(settings.Client.MaxConnections, settings.Torrent.MaxPeers);
        int connections = (int)Math.Clamp((free - files) * ConnectionsForHandshake / (ConnectionsForHandshake + 1), LeastConnections, wanted);
        if (connections < wanted && connections < (long)settings.Torrent.MaxPeers * Math.Max(1, torrents))
        {
            string fact = string.Create(CultureInfo.InvariantCulture, $"only {most} files and connections may be open at the same time (ulimit -n)");
            warn(string.Create(CultureInfo.InvariantCulture, $"{fact}: at most {connections} peers are connected"));
        }

        bool isAsWanted = files == settings.Client.MaxOpenFiles && connections == settings.Client.MaxConnections;
        return isAsWanted ? settings : settings with { Client = settings.Client with { MaxOpenFiles = files, MaxConnections = connections } };
    }
}
