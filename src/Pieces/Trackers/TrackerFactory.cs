using System.Diagnostics.CodeAnalysis;

namespace Pieces.Trackers;

/// <summary>Makes the tracker that a URL asks for.</summary>
internal static class TrackerFactory
{
    /// <summary>Longest URL that is used, in characters.</summary>
    public const int MaxUrlLength = 2048;

    /// <summary>Makes it, or says in a few words why the URL cannot be used.</summary>
    /// <param name="url">As the torrent or the user gives it.</param>
    /// <param name="settings">How it is reached.</param>
    /// <param name="random">Source of chance for this tracker alone.</param>
    /// <param name="tracker">The tracker.</param>
    /// <param name="fault">Why there is none.</param>
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
