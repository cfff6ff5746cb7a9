using System.Globalization;
using Pieces.Platform;

namespace Pieces.Cli.Transfers;

/// <summary>Makes a run fit into the number of files and connections that the system lets one process have open.</summary>
internal static class DescriptorLimit
{
    // Listener, trackers, names being looked up, state and lock, folders being flushed, strangers who shake hands.
    private const int Reserve = 16;
    private const int LeastFiles = 4;

    // A socket of each family.
    private const int OfDht = 2;

    /// <summary>Fits the settings to the limit of this process, where the system tells it.</summary>
    public static TransferSettings Fit(TransferSettings settings, int torrents, Action<string> warn) =>
        CurrentPlatform.Facts.Descriptors is { } limit ? Fit(settings, torrents, limit.Most, limit.Open, warn) : settings;

    /// <summary>Fits the settings to a limit.</summary>
    /// <param name="settings">What the user wants.</param>
    /// <param name="torrents">How many torrents share what there is.</param>
    /// <param name="most">Most descriptors.</param>
    /// <param name="open">Descriptors that are open already.</param>
    /// <param name="warn">Hears when there is less than was wanted.</param>
    public static TransferSettings Fit(TransferSettings settings, int torrents, int most, int open, Action<string> warn)
    {
        long free = (long)most - open - Reserve - (settings.Client.Dht is null ? 0 : OfDht);
        int wantedFiles = settings.Client.MaxOpenFiles;
        if (free - wantedFiles >= (long)settings.Torrent.MaxPeers * Math.Max(1, torrents))
            return settings;
        int files = (int)Math.Clamp(free / 3, LeastFiles, wantedFiles);
        int peers = (int)Math.Clamp((free - files) / Math.Max(1, torrents), 1, settings.Torrent.MaxPeers);
        if (peers < settings.Torrent.MaxPeers)
        {
            string each = torrents > 1 ? " for each torrent" : string.Empty;
            string count = peers == 1 ? "one peer is" : string.Create(CultureInfo.InvariantCulture, $"{peers} peers are");
            string fact = string.Create(CultureInfo.InvariantCulture, $"only {most} files and connections may be open at one time (ulimit -n)");
            warn($"{fact}: at most {count} connected{each}");
        }

        return settings with
        {
            Client = settings.Client with { MaxOpenFiles = files },
            Torrent = settings.Torrent with { MaxPeers = peers },
        };
    }
}
