using System.Globalization;
using Pieces.Platform;

namespace Pieces.Cli.Transfers;

/// <summary>Makes a run fit into the number of files and connections that the system lets one process have open.</summary>
internal static class DescriptorLimit
{
    // Listeners, pipes and timers of the runtime, the terminal, the log, names being looked up, the sockets of the local network, and what the disk
    // workers open for a moment: folders being made, flushed or listed.
    private const int Reserve = 24;

    // Of each torrent: its folder, lock, state and log, and the sockets of two trackers.
    private const int OfTorrent = 6;
    private const int LeastFiles = 4;
    private const int LeastConnections = 2;

    // A socket of each family.
    private const int OfDht = 2;

    // For each so many connections one stranger may shake hands, who is no connection yet.
    private const int ConnectionsForHandshake = 4;

    /// <summary>Raises the limit of this process as far as the system lets it, and fits the settings to it, where the system tells it.</summary>
    public static TransferSettings Fit(TransferSettings settings, int torrents, Action<string> warn)
    {
        CurrentPlatform.Facts.RaiseDescriptorLimit();
        return CurrentPlatform.Facts.Descriptors is { } limit ? Fit(settings, torrents, limit.Most, limit.Open, warn) : settings;
    }

    /// <summary>Fits the settings to a limit. Files come first: a torrent without a connection waits, one without a file fails.</summary>
    /// <param name="settings">What the user wants.</param>
    /// <param name="torrents">How many torrents share what there is.</param>
    /// <param name="most">Most descriptors.</param>
    /// <param name="open">Descriptors that are open already.</param>
    /// <param name="warn">Hears when there is less than was wanted.</param>
    public static TransferSettings Fit(TransferSettings settings, int torrents, int most, int open, Action<string> warn)
    {
        long free = (long)most - open - Reserve - ((long)OfTorrent * Math.Max(1, torrents)) - (settings.Client.Dht is null ? 0 : OfDht);
        int files = (int)Math.Clamp(free / 2, LeastFiles, settings.Client.MaxOpenFiles);
        int wanted = Math.Max(settings.Client.MaxConnections, settings.Torrent.MaxPeers);
        int connections = (int)Math.Clamp((free - files) * ConnectionsForHandshake / (ConnectionsForHandshake + 1), LeastConnections, wanted);
        if (connections < wanted && connections < (long)settings.Torrent.MaxPeers * Math.Max(1, torrents))
        {
            string fact = string.Create(CultureInfo.InvariantCulture, $"only {most} files and connections may be open at one time (ulimit -n)");
            warn(string.Create(CultureInfo.InvariantCulture, $"{fact}: at most {connections} peers are connected"));
        }

        bool isAsWanted = files == settings.Client.MaxOpenFiles && connections == settings.Client.MaxConnections;
        return isAsWanted ? settings : settings with { Client = settings.Client with { MaxOpenFiles = files, MaxConnections = connections } };
    }
}
