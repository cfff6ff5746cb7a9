using System.Collections.Immutable;

namespace Pieces.Trackers;

/// <summary>Turns the URLs of a torrent into trackers.</summary>
internal static class TrackerTiers
{
    /// <summary>Most trackers that are used; more URLs in a torrent are left aside.</summary>
    public const int MaxTrackers = 200;

    /// <summary>Makes the trackers, tier by tier. What cannot be used is said in one line each and left out; what stands there twice is used once.</summary>
    public static IReadOnlyList<IReadOnlyList<ITracker>> Make(TrackerClientOptions options, Random random)
    {
        var settings = new TrackerSettings
        {
            Outbound = options.Outbound,
            Addresses = options.Addresses,
            Owner = options.InfoHash,
            TimeProvider = options.TimeProvider,
        };
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var tiers = new List<IReadOnlyList<ITracker>>();
        foreach (ImmutableArray<string> urls in options.Tiers)
        {
            var tier = new List<ITracker>();
            foreach (string url in urls)
            {
                if (seen.Count >= MaxTrackers)
                    break;
                if (seen.Add(url) && Make(url, options, settings with { IsUsers = options.UserTrackers.Contains(url) }, random) is { } tracker)
                    tier.Add(tracker);
            }

            tiers.Add(tier);
        }

        return tiers;
    }

    private static ITracker? Make(string url, TrackerClientOptions options, TrackerSettings settings, Random random)
    {
        if (options.CreateTracker is { } create)
            return create(url);
        if (TrackerFactory.TryCreate(url, settings, new Random(random.Next()), out ITracker? tracker, out string? fault))
            return tracker;
        options.Logger.Warning("Tracker {Tracker} is left out: {Reason}", TrackerUrl.Redact(url), fault);
        return null;
    }
}
