using System.Net;

namespace Pieces.Net.Http;

/// <summary>Limits and rules for the requests of one <see cref="HttpFetcher"/>. Immutable; each member states its default.</summary>
internal sealed class HttpFetchOptions
{
    /// <summary>Maximum total length of a response's headers, in KiB.</summary>
    internal const int MaxHeaderKibibytes = 16;

    /// <summary>
    /// Maximum length of a body after decompression, in bytes; default 1 MiB. It does not apply to ranges, whose length the request states.
    /// </summary>
    public int MaxBodyLength { get; init; } = 1024 * 1024;

    /// <summary>
    /// Maximum duration of one request including redirects and the body; for a range, until its headers have been received. Default 30 s.
    /// </summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Maximum time without a received byte of a range's body; default 20 s.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Compression methods that the server may use; default gzip and deflate. Ranges are never compressed.</summary>
    public DecompressionMethods Decompression { get; init; } = DecompressionMethods.GZip | DecompressionMethods.Deflate;

    /// <summary>Clock. Default: the system clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    internal RedirectRule Redirects { get; init; } = RedirectRule.UserUrl;

    /// <summary>Returns why no request may be sent to an address, or null if it may. Default null: URLs from the user may have any address.</summary>
    internal Func<IPAddress, string?>? AddressFault { get; init; }

    /// <summary>
    /// Whether a body that ends before its stated length is returned as far as it was received; default false. For formats that show by themselves
    /// where they end.
    /// </summary>
    internal bool AcceptsShortBody { get; init; }

    /// <summary>Originator of name lookups; default the user.</summary>
    internal NameRequester Requester { get; init; }
}
