using System.Globalization;
using System.Net;
using Pieces.Cli.Terminal;
using Pieces.Trackers;

namespace Pieces.Cli.Transfers;

/// <summary>Describes for <c>-v</c> what a torrent is about to do.</summary>
internal static class PlanText
{
    // Maximum number of trackers or DHT nodes that a message lists.
    private const int MaxShown = 8;

    /// <summary>Describes the destination and the listen port.</summary>
    public static string Place(TransferItem item, TransferSettings settings, int listenPort)
    {
        string verb = settings.Torrent.SeedOnly ? "seeding from" : "downloading into";
        string where = settings.Client.Binding is { } binding ? $"bound to {binding.Device ?? binding.Address.ToString()}" : "on every interface";
        string port = listenPort == 0
            ? $"no port is open: outgoing connections only; {where}"
            : string.Create(CultureInfo.InvariantCulture, $"listening on port {listenPort}, {where}");
        return $"{item.Name}: {verb} {settings.Torrent.OutputDirectory}; {port}";
    }

    /// <summary>Describes how peers are found.</summary>
    public static IEnumerable<string> Discovery(TransferItem item, TransferSettings settings)
    {
        yield return $"{item.Name}: {Trackers(item, settings)}; {Quantity.Count(settings.Torrent.Peers.Length, "peer")} specified manually";
        yield return $"{item.Name}: {Dht(item, settings)}";
    }

    private static string Dht(TransferItem item, TransferSettings settings)
    {
        if (settings.Client.Dht is not { } dht)
            return "the DHT is not used (--no-dht)";
        if (item.Metainfo?.IsPrivate == true)
            return "the torrent is private: the DHT is not used";
        string shown = string.Join(", ", dht.Bootstrap.Take(MaxShown).Select(Write));
        return dht.Bootstrap.IsEmpty ? "the DHT is searched"
            : dht.Bootstrap.Length <= MaxShown ? $"the DHT is searched, starting at {shown}"
            : $"the DHT is searched, starting at {shown} and {dht.Bootstrap.Length - MaxShown} more";
    }

    private static string Write(EndPoint node) =>
        node is DnsEndPoint name ? string.Create(CultureInfo.InvariantCulture, $"{name.Host}:{name.Port}") : node.ToString()!;

    private static string Trackers(TransferItem item, TransferSettings settings)
    {
        if (!settings.Torrent.UseTrackers)
            return "trackers are not used (--no-trackers)";
        string[] urls = [.. item.Trackers.Concat(settings.Torrent.ExtraTrackers).Select(TrackerUrl.Redact)];
        if (urls.Length == 0)
            return "it has no trackers (--tracker adds one)";
        string shown = string.Join(", ", urls.Take(MaxShown));
        return urls.Length <= MaxShown ? $"trackers: {shown}" : $"trackers: {shown} and {urls.Length - MaxShown} more";
    }
}
