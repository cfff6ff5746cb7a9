using System.Collections.Immutable;
using Pieces.Metadata;
using Pieces.Net;

namespace Pieces.Trackers;

/// <summary>How trackers are asked for their counts. Immutable; every default is given at its member.</summary>
public sealed record SwarmScrapeOptions
{
    /// <summary>Trackers beside the torrent's own; default none.</summary>
    public ImmutableArray<string> ExtraTrackers { get; init; } = [];

    /// <summary>Longest time for one tracker, repetitions and redirects included; default 15 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>What every socket is bound to, or null for anything; default null.</summary>
    public LocalBinding? Binding { get; init; }

    /// <summary>Source of time and timers; default the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Source of chance; default a new one.</summary>
    public Random Random { get; init; } = new();
}

/// <summary>What one tracker says of a swarm.</summary>
/// <param name="Tracker">Its URL without secrets, safe to print.</param>
/// <param name="Seeders">Peers that have everything, or null when it did not answer.</param>
/// <param name="Leechers">Peers that lack something, or null when it did not answer.</param>
/// <param name="Completed">How often the download has become complete, or null when it did not answer.</param>
/// <param name="Error">Why it did not answer, safe to print; or null.</param>
public sealed record TrackerCounts(string Tracker, long? Seeders, long? Leechers, long? Completed, string? Error);

/// <summary>
/// Asks each tracker of a torrent how many are in its swarm (BEP 48 over HTTP, BEP 15 over UDP), several at one time, each once. Answers are bounded and
/// redirects judged as those to announces are.
/// </summary>
public static class SwarmScrape
{
    // A torrent may name two hundred: not all at once, and not one after the other.
    private const int MaxAtOneTime = 16;

    private static readonly TimeSpan FirstUdpTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Asks them all.</summary>
    /// <returns>One answer for each tracker, in the order of the torrent; a tracker that stands there twice is asked once.</returns>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public static async Task<ImmutableArray<TrackerCounts>> RunAsync(Metainfo metainfo, SwarmScrapeOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(metainfo);
        ArgumentNullException.ThrowIfNull(options);
        IEnumerable<string> all = metainfo.Trackers.SelectMany(tier => tier).Concat(options.ExtraTrackers);
        string[] urls = [.. all.Distinct(StringComparer.Ordinal).Take(TrackerTiers.MaxTrackers)];
        var settings = new TrackerSettings
        {
            Outbound = new Outbound(options.Binding, time: options.TimeProvider),
            Addresses = new AddressPolicy(own: new OwnNetworks(options.Binding, options.TimeProvider)),
            TimeProvider = options.TimeProvider,
            HttpTimeout = options.Timeout,
            UdpTimeout = FirstUdpTimeout,
        };
        using var turns = new SemaphoreSlim(MaxAtOneTime);
        Task<TrackerCounts>[] asked = [.. urls.Select(url => AskInTurnAsync(url, metainfo, options, settings, turns, cancellationToken))];
        return [.. await Task.WhenAll(asked).ConfigureAwait(false)];
    }

    private static async Task<TrackerCounts> AskInTurnAsync(
        string url, Metainfo metainfo, SwarmScrapeOptions options, TrackerSettings settings, SemaphoreSlim turns, CancellationToken cancellationToken)
    {
        var random = new Random(options.Random.Next());
        await turns.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!TrackerFactory.TryCreate(url, settings with { IsUsers = options.ExtraTrackers.Contains(url) }, random, out ITracker? tracker, out string? fault))
                return new TrackerCounts(TrackerUrl.Redact(url), null, null, null, fault);
            using (tracker)
                return await AskAsync(tracker, metainfo, options, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            turns.Release();
        }
    }

    private static async Task<TrackerCounts> AskAsync(ITracker tracker, Metainfo metainfo, SwarmScrapeOptions options, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(options.Timeout, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            ScrapeResponse answer = await tracker.ScrapeAsync(metainfo.Swarms[0], either.Token).ConfigureAwait(false);
            return new TrackerCounts(tracker.DisplayUrl, answer.Seeders, answer.Leechers, answer.Completed, null);
        }
        catch (TrackerException e)
        {
            return new TrackerCounts(tracker.DisplayUrl, null, null, null, e.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new TrackerCounts(tracker.DisplayUrl, null, null, null, FormattableString.Invariant($"no answer within {options.Timeout.TotalSeconds:0.#} s"));
        }
#pragma warning disable CA1031 // Whatever it is, it concerns this tracker alone: the others are still asked.
        catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
        {
            return new TrackerCounts(tracker.DisplayUrl, null, null, null, TrackerText.Unexpected(e));
        }
    }
}
