using System.Globalization;
using System.Text;
using Pieces.Encryption;
using Pieces.Primitives;

namespace Pieces.Trackers;

/// <summary>Builds the URLs of HTTP announces and scrapes (BEP 3, 7, 21, 23, 48).</summary>
internal static class HttpTrackerQuery
{
    // Otherwise the parser would decode percent-encoded bytes that are letters, and some trackers compare the encoded text.
    private static readonly UriCreationOptions AsWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <summary>The URL of an announce. The tracker's own query (for example a passkey) is kept at the start.</summary>
    public static Uri Announce(Uri tracker, AnnounceRequest request)
    {
        var query = new StringBuilder();
        Span<byte> bytes = stackalloc byte[SwarmKey.Length];
        request.InfoHash.CopyTo(bytes);
        Append(query, "info_hash", bytes);
        request.PeerId.CopyTo(bytes);
        Append(query.Append('&'), "peer_id", bytes);
        query.Append(
            CultureInfo.InvariantCulture,
            $"&port={request.Port}&uploaded={request.Counters.Uploaded}&downloaded={request.Counters.Downloaded}&left={request.Counters.Left}");
        query.Append(CultureInfo.InvariantCulture, $"&compact=1&numwant={request.WantedPeers}&key={request.Key:X8}");
        if (EventName(request) is { } name)
            query.Append("&event=").Append(name);
        query.Append(request.Encryption switch
        {
            EncryptionPolicy.Prefer => "&supportcrypto=1",
            EncryptionPolicy.Require => "&supportcrypto=1&requirecrypto=1",
            _ => "",
        });
        if (!request.TrackerId.IsEmpty)
            Append(query.Append('&'), "trackerid", request.TrackerId.Span);
        return WithQuery(tracker, tracker.AbsolutePath, query);
    }

    /// <summary>The URL of a scrape: <c>announce</c> at the start of the path's last component is replaced by <c>scrape</c> (BEP 48).</summary>
    /// <returns>Null if the tracker's URL does not follow that convention, so that it cannot be scraped.</returns>
    public static Uri? Scrape(Uri tracker, SwarmKey infoHash)
    {
        const string announce = "announce";
        string path = tracker.AbsolutePath;
        int last = path.LastIndexOf('/') + 1;
        if (!path.AsSpan(last).StartsWith(announce, StringComparison.Ordinal))
            return null;
        var query = new StringBuilder();
        Span<byte> bytes = stackalloc byte[SwarmKey.Length];
        infoHash.CopyTo(bytes);
        Append(query, "info_hash", bytes);
        return WithQuery(tracker, string.Concat(path.AsSpan(0, last), "scrape", path.AsSpan(last + announce.Length)), query);
    }

    private static Uri WithQuery(Uri tracker, string path, StringBuilder query)
    {
        string own = tracker.Query.TrimEnd('&');
        string joint = own.Length <= 1 ? "?" : own + "&";
        return new Uri($"{tracker.Scheme}://{tracker.Authority}{path}{joint}{query}", AsWritten);
    }

    private static void Append(StringBuilder query, string name, ReadOnlySpan<byte> value)
    {
        query.Append(name).Append('=');
        foreach (byte b in value)
        {
            if (char.IsAsciiLetterOrDigit((char)b) || (char)b is '-' or '_' or '.' or '~')
                query.Append((char)b);
            else
                query.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
        }
    }

    // Only HTTP announces can report a partial seed; UDP trackers have no event for it (BEP 15).
    private static string? EventName(AnnounceRequest request) => request.Event switch
    {
        AnnounceEvent.Started => "started",
        AnnounceEvent.Completed => "completed",
        AnnounceEvent.Stopped => "stopped",
        _ => request.Counters.IsPartialSeed ? "paused" : null,
    };
}
