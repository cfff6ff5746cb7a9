using System.Collections.Immutable;
using Pieces.Primitives;

namespace Pieces.Trackers;

/// <summary>Creates trackers from the URLs of one torrent. Used by one thread at a time.</summary>
internal sealed class TrackerTiers
{
    /// <summary>Maximum number of trackers per torrent; further URLs are ignored.</summary>
    public const int MaxTrackers = 200;

    private readonly TrackerClientOptions _options;
    private readonly TrackerSettings _settings;
    private readonly Random _random;
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    /// <summary>Creates an instance without trackers.</summary>
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

    /// <summary>Returns tiers of one URL each.</summary>
    public static ImmutableArray<ImmutableArray<string>> OneEach(IEnumerable<string> urls) => [.. urls.Select(url => (ImmutableArray<string>)[url])];

    /// <summary>
    /// Creates trackers, tier by tier. A URL that cannot be used is ignored with a line in the log; a repeated URL is ignored silently.
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
        _options.Logger.Warning("tracker {Tracker} is ignored: {Reason}", TrackerUrl.Redact(url), fault);
        return null;
    }
}
