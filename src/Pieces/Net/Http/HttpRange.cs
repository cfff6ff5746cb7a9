using System.Net;
using System.Net.Http.Headers;

namespace Pieces.Net.Http;

/// <summary>
/// The response to a request for a range, whose body is read as it comes. Its headers are checked: it is exactly the range that was requested, or the
/// whole content from a server that ignores ranges. Disposing closes the connection, also before the end.
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

    /// <summary>Bytes of the whole content, as the server says; null when it does not.</summary>
    public long? TotalLength { get; private init; }

    /// <summary>Checks the headers of a response, and takes it over if they are right.</summary>
    /// <exception cref="HttpFetchException">It is not what was requested.</exception>
    public static async Task<HttpRange> OpenAsync(
        HttpResponseMessage response, long first, long last, HttpFetchOptions options, CancellationToken cancellationToken)
    {
        HttpContentHeaders headers = response.Content.Headers;
        if (headers.ContentEncoding.Any(encoding => !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase)))
            throw new HttpFetchException("compressed what was requested as it is");
        Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        switch (response.StatusCode)
        {
            case HttpStatusCode.PartialContent:
                Check(headers, first, last);
                return new HttpRange(response, body, options, last - first + 1) { TotalLength = headers.ContentRange!.Length };
            case HttpStatusCode.OK:
                return new HttpRange(response, body, options, headers.ContentLength) { IsWhole = true, TotalLength = headers.ContentLength };
            default:
                throw new HttpFetchException($"answered {(int)response.StatusCode}") { Status = response.StatusCode };
        }
    }

    /// <summary>Reads what is there next; 0 at the end of the range. What a server sends after that is not read.</summary>
    /// <exception cref="HttpFetchException">The connection broke off, or nothing came for too long.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
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
            // A connection that is closed because the time is up may report that as a fault of its own.
            cancellationToken.ThrowIfCancellationRequested();
            string reason = idle.IsCancellationRequested
                ? FormattableString.Invariant($"sent nothing for {_options.IdleTimeout.TotalSeconds:0.#} s")
                : HttpFault.BrokeOff;
            throw new HttpFetchException(reason, e);
        }

        // A body whose length nobody stated ends where the connection does.
        if (read == 0 && _left is > 0)
            throw new HttpFetchException(HttpFault.BrokeOff);
        _left -= read;
        return read;
    }

    /// <inheritdoc/>
    public void Dispose() => _response.Dispose();

    private static void Check(HttpContentHeaders headers, long first, long last)
    {
        // Several ranges would come as multipart/byteranges, without this header; one was requested.
        if (headers.ContentRange is not { Unit: "bytes", HasRange: true } range)
            throw new HttpFetchException("answered a part without saying which");
        if (range.From != first || range.To != last)
            throw new HttpFetchException($"answered bytes {range.From} to {range.To}, not {first} to {last}");
        if (headers.ContentLength is { } length && length != last - first + 1)
            throw new HttpFetchException($"answered {length} bytes, not {last - first + 1}");
    }
}
