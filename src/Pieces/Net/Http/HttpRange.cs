using System.Net;
using System.Net.Http.Headers;

namespace Pieces.Net.Http;

/// <summary>
/// The response to a range request, whose body is read as it arrives. Its headers are checked: it is exactly the requested range, or the whole
/// content from a server that ignores ranges. Disposing closes the connection, even before the end.
/// </summary>
internal sealed class HttpRange : IDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly Stream _body;
    private readonly HttpFetchOptions _options;
    private long? _left;

    private HttpRange(HttpResponseMessage response, Stream body, HttpFetchOptions options, long? length)
    {
        _response = response;
        _body = body;
        _options = options;
        _left = length;
    }

    /// <summary>Whether the server ignored the range: the body is the whole content, from its first byte.</summary>
    public bool IsWhole { get; private init; }

    /// <summary>Length of the whole content in bytes, as stated by the server; null if it is not stated.</summary>
    public long? TotalLength { get; private init; }

    /// <summary>Checks the headers of a response, and takes ownership of the response if they are right.</summary>
    /// <exception cref="HttpFetchException">The response is neither the requested range nor the whole content.</exception>
    public static async Task<HttpRange> OpenAsync(
        HttpResponseMessage response, long first, long last, HttpFetchOptions options, CancellationToken cancellationToken)
    {
        HttpContentHeaders headers = response.Content.Headers;
        if (headers.ContentEncoding.Any(encoding => !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase)))
            throw new HttpFetchException("compressed the response although that was not requested");
        Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        switch (response.StatusCode)
        {
            case HttpStatusCode.PartialContent:
                Check(headers, first, last);
                return new HttpRange(response, body, options, last - first + 1) { TotalLength = headers.ContentRange!.Length };
            case HttpStatusCode.OK:
                return new HttpRange(response, body, options, headers.ContentLength) { IsWhole = true, TotalLength = headers.ContentLength };
            default:
                throw new HttpFetchException($"responded with {(int)response.StatusCode}") { Status = response.StatusCode };
        }
    }

    /// <summary>Reads the next bytes; 0 at the end of the range. Anything that a server sends after that is ignored.</summary>
    /// <exception cref="HttpFetchException">The connection was closed early, or nothing was received for too long.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled the read.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_left is { } left && left < buffer.Length)
            buffer = buffer[..(int)left];
        if (buffer.IsEmpty)
            return 0;
        using var idle = new CancellationTokenSource(_options.IdleTimeout, _options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(idle.Token, cancellationToken);
        int read;
        try
        {
            read = await _body.ReadAsync(buffer, either.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // When the timeout closes the connection, it may report that as an error of its own.
            cancellationToken.ThrowIfCancellationRequested();
            string reason = idle.IsCancellationRequested
                ? FormattableString.Invariant($"sent nothing for {_options.IdleTimeout.TotalSeconds:0.#} s")
                : HttpFault.BrokeOff;
            throw new HttpFetchException(reason, e);
        }

        // A body without a stated length ends where the connection does.
        if (read == 0 && _left is > 0)
            throw new HttpFetchException(HttpFault.BrokeOff);
        _left -= read;
        return read;
    }

    /// <inheritdoc/>
    public void Dispose() => _response.Dispose();

    private static void Check(HttpContentHeaders headers, long first, long last)
    {
        // Several ranges would be sent as multipart/byteranges, without this header; one was requested.
        if (headers.ContentRange is not { Unit: "bytes", HasRange: true } range)
            throw new HttpFetchException("sent a partial response without a valid range");
        if (range.From != first || range.To != last)
            throw new HttpFetchException($"sent bytes {range.From} to {range.To}, not {first} to {last}");
        if (headers.ContentLength is { } length && length != last - first + 1)
            throw new HttpFetchException($"sent {length} bytes, not {last - first + 1}");
    }
}
