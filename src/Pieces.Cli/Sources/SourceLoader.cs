using System.Net;
using Pieces.Cli.Failures;
using Pieces.Cli.Terminal;
using Pieces.Metadata;
using Pieces.Net;
using Pieces.Primitives;
using Pieces.Trackers;

namespace Pieces.Cli.Sources;

/// <summary>Gets a torrent from where the user says it is: a file, a URL, or stdin.</summary>
internal sealed class SourceLoader : IDisposable
{
    /// <summary>Longest torrent that is taken from a URL, in bytes: nobody vouches for what a server sends.</summary>
    public const int MaxUrlLength = 64 * 1024 * 1024;

    private const int MaxRedirects = 5;
    private static readonly TimeSpan UrlTimeout = TimeSpan.FromSeconds(60);

    private readonly Lazy<HttpClient> _http;
    private readonly TimeProvider _timeProvider;
    private readonly Func<Stream> _openStandardInput;
    private readonly LocalBinding? _binding;

    public SourceLoader(TimeProvider timeProvider, LocalBinding? binding = null, Func<Stream>? openStandardInput = null)
    {
        _binding = binding;
        _timeProvider = timeProvider;
        _openStandardInput = openStandardInput ?? OpenStandardInput;
        _http = new Lazy<HttpClient>(CreateHttpClient);
    }

    /// <summary>How a source is called in messages: without the secrets that a URL may have.</summary>
    public static string NameOf(string source) => source == "-" ? "stdin" : IsUrl(source) ? TrackerUrl.Redact(source) : source;

    /// <summary>Reads and parses.</summary>
    /// <exception cref="FailureException">It cannot be found, read or used; the message names the source.</exception>
    public async Task<Metainfo> LoadAsync(string source, CancellationToken cancellationToken)
    {
        RefuseMagnet(source);
        string name = NameOf(source);
        try
        {
            if (source == "-")
                return MetainfoParser.Parse(await ReadBoundedAsync(_openStandardInput(), MetainfoParser.MaxFileLength, cancellationToken));
            if (IsUrl(source))
                return MetainfoParser.Parse(await FetchAsync(source, cancellationToken));
            return await Metainfo.LoadAsync(source, cancellationToken);
        }
        catch (MetainfoException e)
        {
            throw new FailureException(ExitCode.BadTorrent, $"{name}: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or HttpRequestException or ArgumentException)
        {
            string reason = Directory.Exists(source) ? "it is a folder, not a .torrent file" : Outcome.Reason(e);
            throw new FailureException(ExitCode.NotFound, $"{name}: {reason}", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_http.IsValueCreated)
            _http.Value.Dispose();
    }

    private static bool IsUrl(string source) =>
        source.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || source.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    private static void RefuseMagnet(string source)
    {
        if (source.StartsWith("magnet:", StringComparison.OrdinalIgnoreCase))
            throw FailureException.Usage("magnet links are not built yet (give a .torrent file or the URL of one)");
        if (InfoHash.TryParse(source, out _) && !File.Exists(source))
            throw FailureException.Usage($"{source}: info-hashes are not built yet (give a .torrent file or the URL of one)");
    }

    private static Stream OpenStandardInput()
    {
        if (!StandardDescriptors.IsGiven(StandardDescriptors.Input))
            throw new FailureException(ExitCode.NotFound, "stdin: it is closed");
        if (!Console.IsInputRedirected)
            throw FailureException.Usage("-: stdin is a terminal (pipe the bytes of a .torrent into it)");
        return Console.OpenStandardInput();
    }

    private HttpClient CreateHttpClient()
    {
        var handler = new SocketsHttpHandler { MaxAutomaticRedirections = MaxRedirects, Proxy = new EnvironmentProxy(), AutomaticDecompression = DecompressionMethods.All };
        if (_binding is { } binding)
            handler.ConnectCallback = async (context, cancellationToken) => await binding.ConnectAsync(context.DnsEndPoint, cancellationToken);
        var http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.UserAgent.ParseAdd($"pieces/{ProductVersion.Number}");
        return http;
    }

    private async Task<ReadOnlyMemory<byte>> FetchAsync(string url, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(UrlTimeout, _timeProvider);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            using HttpResponseMessage response = await _http.Value.GetAsync(new Uri(url), HttpCompletionOption.ResponseHeadersRead, both.Token);
            if (!response.IsSuccessStatusCode)
                throw new HttpRequestException($"the server answered {(int)response.StatusCode}");
            Stream body = await response.Content.ReadAsStreamAsync(both.Token);
            return await ReadBoundedAsync(body, MaxUrlLength, both.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException($"no whole answer within {Quantity.Duration(UrlTimeout)}");
        }
        catch (UriFormatException)
        {
            throw new HttpRequestException("this is no URL");
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadBoundedAsync(Stream stream, int maxLength, CancellationToken cancellationToken)
    {
        await using (stream)
        {
            using var bytes = new MemoryStream();
            byte[] buffer = new byte[64 * 1024];
            int read;
            while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
            {
                if (bytes.Length + read > maxLength)
                    throw new MetainfoException($"longer than {maxLength} bytes; no more are accepted from there");
                bytes.Write(buffer, 0, read);
            }

            return bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
        }
    }
}
