using System.Collections.Immutable;

namespace Pieces.Trackers;

/// <summary>Turns the URLs of one torrent into trackers. Used by one thread at a time.</summary>
internal sealed class TrackerTiers
{
    /// <summary>Most trackers that are used; more URLs in a torrent are left aside.</summary>
    public const int MaxTrackers = 200;

    private readonly TrackerClientOptions _options;
    private readonly TrackerSettings _settings;
    private readonly Random _random;
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    /// <summary>Has made no tracker yet.</summary>
    public TrackerTiers(TrackerClientOptions options, Random random)
    {
        _options = options;
        _random = random;
        _settings = new TrackerSettings
        {
            Outbound = options.Outbound,
            Addresses = options.Addresses,
            Owner = options.InfoHash,
            TimeProvider = options.TimeProvider,
        };
    }

    /// <summary>
    /// Makes trackers, tier by tier. An URL that cannot be used is left out, with one line in the log. An URL that was given before is left out.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<ITracker>> Make(ImmutableArray<ImmutableArray<string>> all)
    {
        var tiers = new List<IReadOnlyList<ITracker>>();
        foreach (ImmutableArray<string> urls in all)
        {
            var tier = new List<ITracker>();
            foreach (string url in urls)
            {
                if (_seen.Count >= MaxTrackers)
                    break;
                if (_seen.Add(url) && Make(url) is { } tracker)
                    tier.Add(tracker);
            }

            tiers.Add(tier);
        }

        return tiers;
    }

    private ITracker? Make(string url)
    {
        if (_options.CreateTracker is { } create)
            return create(url);
        TrackerSettings settings = _settings with { IsUsers = _options.UserTrackers.Contains(url) };
        if (TrackerFactory.TryCreate(url, settings, new Random(_random.Next()), out ITracker? tracker, out string? fault))
            return tracker;
        _options.Logger.Warning("Tracker {Tracker} is left out: {Reason}", TrackerUrl.Redact(url), fault);
        return null;
    }
}
