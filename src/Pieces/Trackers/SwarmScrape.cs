using System.Collections.Immutable;
using Pieces.Metadata;
using Pieces.Net;

namespace Pieces.Trackers;

/// <summary>Options of a scrape. Immutable; each member states its default.</summary>
public sealed record SwarmScrapeOptions
{
    /// <summary>Trackers in addition to the torrent's own; default none.</summary>
    public ImmutableArray<string> ExtraTrackers { get; init; } = [];

    /// <summary>Maximum time per tracker, retransmissions and redirects included; default 15 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The binding of every socket, or null for no restriction. Default null.</summary>
    public LocalBinding? Binding { get; init; }

    /// <summary>Clock and timers. Default: those of the system.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Random numbers. Default: a new instance.</summary>
    public Random Random { get; init; } = new();
}

/// <summary>The result of scraping one tracker.</summary>
/// <param name="Tracker">Its URL without secrets, safe to print.</param>
/// <param name="Seeders">Number of seeds, or null if the scrape failed.</param>
/// <param name="Leechers">Number of leechers, or null if the scrape failed.</param>
/// <param name="Completed">Number of completed downloads, or null if the scrape failed.</param>
/// <param name="Error">Why the scrape failed, safe to print; null if it succeeded.</param>
public sealed record TrackerCounts(string Tracker, long? Seeders, long? Leechers, long? Completed, string? Error);

/// <summary>
/// Scrapes all trackers of a torrent for the size of its swarm (BEP 48 over HTTP, BEP 15 over UDP), several in parallel and each once. Responses are
/// limited and redirects checked as for announces.
/// </summary>
public static class SwarmScrape
{
    // Maximum number of parallel scrapes. A torrent may have 200 trackers, too many for one at a time or all at once.
    private const int MaxAtOneTime = 16;

    private static readonly TimeSpan FirstUdpTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Scrapes all trackers.</summary>
    /// <returns>One result per tracker, in the order of the torrent; a tracker that occurs twice is scraped once.</returns>
    /// <exception cref="OperationCanceledException">The caller cancelled the scrape.</exception>
    public static async Task<ImmutableArray<TrackerCounts>> RunAsync(
        Metainfo metainfo, SwarmScrapeOptions options, CancellationToken cancellationToken)
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
            if (!TrackerFactory.TryCreate(
                url, settings with { IsUsers = options.ExtraTrackers.Contains(url) }, random, out ITracker? tracker, out string? fault))
                return new TrackerCounts(TrackerUrl.Redact(url), null, null, null, fault);
            using (tracker)
                return await AskAsync(tracker, metainfo, options, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            turns.Release();
        }
    }

    private static async Task<TrackerCounts> AskAsync(
        ITracker tracker, Metainfo metainfo, SwarmScrapeOptions options, CancellationToken cancellationToken)
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
            return new TrackerCounts(
                tracker.DisplayUrl, null, null, null, FormattableString.Invariant($"no response within {options.Timeout.TotalSeconds:0.#} s"));
        }
#pragma warning disable CA1031 // Whatever the cause, only this tracker is affected: the others are still scraped.
        catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
        {
            return new TrackerCounts(tracker.DisplayUrl, null, null, null, TrackerText.Unexpected(e));
        }
    }
}
