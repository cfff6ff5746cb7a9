using System.Diagnostics.CodeAnalysis;

namespace Pieces.Trackers;

/// <summary>Creates the tracker of a URL.</summary>
internal static class TrackerFactory
{
    /// <summary>Maximum length of a tracker URL in characters.</summary>
    public const int MaxUrlLength = 2048;

    /// <summary>Creates the tracker, or returns false and the reason.</summary>
    /// <param name="url">The URL from the torrent or the user.</param>
    /// <param name="settings">How the tracker is contacted.</param>
    /// <param name="random">Random numbers; must not be shared with other objects.</param>
    /// <param name="tracker">The tracker.</param>
    /// <param name="fault">Why the URL cannot be used, in a few words.</param>
    public static bool TryCreate(
        string url, TrackerSettings settings, Random random, [NotNullWhen(true)] out ITracker? tracker, [NotNullWhen(false)] out string? fault)
    {
        tracker = null;
        fault = null;
        if (url.Length > MaxUrlLength)
            fault = $"the URL is {url.Length} characters long; at most {MaxUrlLength} are accepted";
        else if (!url.Contains("://", StringComparison.Ordinal) || !Uri.TryCreate(url, UriKind.Absolute, out Uri? parsed) || parsed.Host.Length == 0)
            fault = "not a URL with scheme and host";
        else if (parsed.Scheme == Uri.UriSchemeHttp || parsed.Scheme == Uri.UriSchemeHttps)
            tracker = new HttpTracker(parsed, settings);
        else if (parsed.Scheme != "udp")
            fault = "only http, https and udp trackers are supported";
        else if (parsed.Port is < 1 or > 65535)
            fault = "a udp tracker needs a port";
        else
            tracker = new UdpTracker(parsed, settings, random);
        return tracker is not null;
    }
}
