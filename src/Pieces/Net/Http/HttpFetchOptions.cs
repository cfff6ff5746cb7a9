using System.Net;

namespace Pieces.Net.Http;

/// <summary>Limits and rules for the requests of one <see cref="HttpFetcher"/>. Immutable; every default is given at its member.</summary>
public sealed class HttpFetchOptions
{
    /// <summary>Most that the headers of a response may take, in KiB.</summary>
    internal const int MaxHeaderKibibytes = 16;

    /// <summary>Longest body after decompression, in bytes; default 1 MiB. It does not apply to ranges, whose length the request states.</summary>
    public int MaxBodyLength { get; init; } = 1024 * 1024;

    /// <summary>Longest time of one request with all its redirects and its body; for a range, until its headers are there. Default 30 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest time without a byte of a range's body; default 20 s.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Compressions that the server may use; default gzip and deflate. Ranges are never compressed.</summary>
    public DecompressionMethods Decompression { get; init; } = DecompressionMethods.GZip | DecompressionMethods.Deflate;

    /// <summary>Source of time; default the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    internal RedirectRule Redirects { get; init; } = RedirectRule.UserUrl;

    /// <summary>Why no request is sent to an address, or null when it may be; default null, for URLs from the user, which may be anywhere.</summary>
    internal Func<IPAddress, string?>? AddressFault { get; init; }

    /// <summary>
    /// Whether a body that is shorter than the response says is given as far as it came; default false. For what shows by itself where it ends.
    /// </summary>
    internal bool AcceptsShortBody { get; init; }

    /// <summary>For whom names are looked up; default the user.</summary>
    internal NameRequester Requester { get; init; }
}
