using System.Net;
using Pieces.Cli.Failures;
using Pieces.Cli.Terminal;
using Pieces.Metadata;
using Pieces.Net.Http;
using Pieces.Platform;
using Pieces.Primitives;
using Pieces.Trackers;

namespace Pieces.Cli.Sources;

/// <summary>Loads a torrent from a file, a URL or stdin.</summary>
internal sealed class SourceLoader : IDisposable
{
    /// <summary>Maximum size of a torrent loaded from a URL, in bytes. The response of a server is not trusted.</summary>
    public const int MaxUrlLength = 64 * 1024 * 1024;

    /// <summary>Maximum length of the displayed name of a magnet link that has no name, in characters.</summary>
    private const int MaxNameLength = 80;

    private static readonly TimeSpan UrlTimeout = TimeSpan.FromSeconds(60);

    private readonly Lazy<HttpFetcher> _http;

    /// <param name="reach">The network access of the command.</param>
    /// <param name="timeProvider">Source of time.</param>
    public SourceLoader(NetworkReach reach, TimeProvider timeProvider)
    {
        _http = new Lazy<HttpFetcher>(() => new HttpFetcher(reach.Binding, new HttpFetchOptions
        {
            MaxBodyLength = MaxUrlLength,
            Timeout = UrlTimeout,
            Decompression = DecompressionMethods.All,
            TimeProvider = timeProvider,
        }));
    }

    /// <summary>The positions of sources in a list, by source. Failure messages name the position.</summary>
    public IReadOnlyDictionary<string, string> Places { get; init; } = new Dictionary<string, string>();

    /// <summary>Returns the name of a source for messages, without the secrets that a URL or a magnet link may contain.</summary>
    public static string NameOf(string source)
    {
        if (source == "-")
            return "stdin";
        source = LinkText.Clean(source);
        if (MagnetLink.IsLink(source))
            return MagnetLink.DisplayNameOf(source) ?? DisplayText.Escape(TrackerUrl.Redact(source), MaxNameLength);
        return LinkText.IsUrl(source) ? TrackerUrl.Redact(source) : source;
    }

    /// <summary>Reads and parses a torrent or a magnet link.</summary>
    /// <exception cref="FailureException">The source cannot be found, read or used. The message names the source.</exception>
    public async Task<TransferSource> OpenAsync(string source, CancellationToken cancellationToken)
    {
        try
        {
            return LinkIn(source) is { } link ? new TransferSource(link) : new TransferSource(await LoadAsync(source, cancellationToken));
        }
        catch (FailureException e) when (Places.TryGetValue(source, out string? place))
        {
            throw new FailureException(e.Code, $"{e.Message} ({place})", e.InnerException);
        }
    }

    /// <summary>
    /// Returns the magnet link of a source: a <c>magnet:</c> link, or an info-hash that is not the name of a file. Null if the source is neither.
    /// </summary>
    /// <exception cref="FailureException">The magnet link is not valid.</exception>
    public static MagnetLink? LinkIn(string source)
    {
        source = LinkText.Clean(source);
        if (!MagnetLink.IsLink(source) && (!InfoHash.TryParse(source, out _) || File.Exists(source)))
            return null;
        try
        {
            return MagnetLink.Parse(source);
        }
        catch (MagnetException e)
        {
            throw new FailureException(ExitCode.BadTorrent, $"{NameOf(source)}: {e.Message}", e);
        }
    }

    /// <summary>Like <see cref="LinkIn"/>, but returns null for an invalid magnet link.</summary>
    public static MagnetLink? TryLinkIn(string source)
    {
        try
        {
            return LinkIn(source);
        }
        catch (FailureException)
        {
            // The error is reported when the source is loaded.
            return null;
        }
    }

    /// <summary>Reads and parses a torrent.</summary>
    /// <exception cref="FailureException">The torrent cannot be found, read or used. The message names the source.</exception>
    public async Task<Metainfo> LoadAsync(string source, CancellationToken cancellationToken)
    {
        if (LinkIn(source) is not null)
            throw FailureException.Usage($"{NameOf(source)}: this command needs the torrent itself (pieces magnet LINK -o FILE fetches it)");
        source = LinkText.Clean(source);
        string name = NameOf(source);
        try
        {
            ReadOnlyMemory<byte> bytes = await ReadAsync(source, cancellationToken);
            return Parse(await SourceBytes.UnpackAsync(bytes, cancellationToken), isFile: source != "-" && !LinkText.IsUrl(source));
        }
        catch (MetainfoException e)
        {
            throw new FailureException(ExitCode.BadTorrent, $"{name}: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or HttpFetchException or ArgumentException or InvalidDataException)
        {
            string reason = Directory.Exists(source)
                ? "it is a folder, not a .torrent file (pieces create makes a torrent of a folder; to use a .torrent file in it, give its path)"
                : Outcome.Reason(e);
            throw new FailureException(ExitCode.NotFound, $"{name}: {reason}", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_http.IsValueCreated)
            _http.Value.Dispose();
    }

    private async Task<ReadOnlyMemory<byte>> ReadAsync(string source, CancellationToken cancellationToken)
    {
        if (LinkText.IsUrl(source))
            return await FetchAsync(source, cancellationToken);
        if (source != "-")
            RefuseImpossible(source);
        await using Stream stream = source == "-"
            ? OpenStandardInput()
            : new FileStream(PathOf(source), FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: true);
        return await SourceBytes.ReadAsync(stream, MetainfoParser.MaxFileLength, cancellationToken);
    }

    // Without this check, the runtime would throw exceptions with messages of its own.
    private static void RefuseImpossible(string path)
    {
        if (path.Length == 0)
            throw FailureException.Usage("\"\": the name of a source is empty");
        if (path.Contains('\0', StringComparison.Ordinal))
            throw new FailureException(ExitCode.NotFound, $"{NameOf(path)}: a file name cannot contain a NUL byte");
    }

    private static Metainfo Parse(ReadOnlyMemory<byte> bytes, bool isFile)
    {
        try
        {
            return MetainfoParser.Parse(bytes);
        }
        catch (MetainfoException e) when (InputKind.Describe(bytes.Span, isFile) is { } kind)
        {
            throw new MetainfoException(kind, e);
        }
    }

    // A list or a script may leave white space around a name. A file whose name includes the white space takes precedence.
    private static string PathOf(string source) => !File.Exists(source) && File.Exists(source.Trim()) ? source.Trim() : source;

    private static Stream OpenStandardInput()
    {
        if (!CurrentPlatform.Facts.IsGiven(StandardDescriptor.Input))
            throw new FailureException(ExitCode.NotFound, "stdin: it is closed");
        if (!Console.IsInputRedirected)
            throw FailureException.Usage("-: stdin is a terminal (pipe the bytes of a .torrent into it)");
        return Console.OpenStandardInput();
    }

    private async Task<ReadOnlyMemory<byte>> FetchAsync(string url, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? parsed))
            throw new HttpFetchException("it is not a valid URL");
        try
        {
            (HttpStatusCode status, ReadOnlyMemory<byte> body) = await _http.Value.GetAsync(parsed, userInfo: "", cancellationToken);
            return (int)status is >= 200 and < 300 ? body : throw new HttpFetchException($"the server responded with {(int)status}");
        }
        catch (HttpFetchException e) when (e.IsTooLong)
        {
            throw SourceBytes.TooLong(MaxUrlLength);
        }
    }
}
