using Pieces.Cli.Failures;
using Pieces.Cli.Progress;
using Pieces.Cli.Sources;
using Pieces.Cli.Terminal;
using Pieces.Primitives;
using Pieces.Torrents;
using Pieces.Trackers;

namespace Pieces.Cli.Transfers;

/// <summary>Downloads or seeds all sources of one run with one client: one listener, one set of limits.</summary>
internal sealed class TransferRun
{
    private readonly CliContext _context;
    private readonly TransferSettings _settings;

    public TransferRun(CliContext context, TransferSettings settings)
    {
        _context = context;
        _settings = settings;
    }

    /// <summary>Runs all of them to their end; one that fails does not keep the others from going on.</summary>
    public async Task<ExitCode> RunAsync(IReadOnlyList<string> sources)
    {
        var codes = new List<ExitCode>();
        List<TransferSource> torrents = await LoadAsync(sources, codes);
        if (torrents.Count > 0)
            codes.AddRange(await TransferAsync(torrents));

        // The signal is why the run ended, whatever else went wrong on the way.
        return _context.Signals.Code is { } signal && codes.Contains(signal) ? signal : Outcome.Combine(codes);
    }

    private async Task<List<TransferSource>> LoadAsync(IReadOnlyList<string> sources, List<ExitCode> codes)
    {
        if (sources.Count(source => source == "-") > 1)
            throw FailureException.Usage("-: stdin can be read only once");
        using var loader = new SourceLoader(_context.TimeProvider);
        var torrents = new List<TransferSource>();
        foreach (string source in sources)
        {
            try
            {
                TransferSource torrent = await loader.OpenAsync(source, _context.Signals.Token);
                foreach (string warning in torrent.Warnings)
                    _context.Messages.Warning($"{SourceLoader.NameOf(source)}: {warning}");
                if (torrents.Any(other => other.InfoHash == torrent.InfoHash))
                    _context.Messages.Warning($"{SourceLoader.NameOf(source)}: given twice; taken once");
                else
                    torrents.Add(torrent);
            }
            catch (FailureException e)
            {
                codes.Add(Say(Outcome.Of(e)));
            }
        }

        return torrents;
    }

    private async Task<List<ExitCode>> TransferAsync(List<TransferSource> torrents)
    {
        if (_settings.Torrent.UseTrackers && EnvironmentProxy.Describe() is { } proxy)
            _context.Messages.Progress($"HTTP trackers are asked through the environment's proxy, {proxy}; peers and UDP trackers are not");
        await using IProgressView view = ProgressViews.Create(_context, _settings.Progress);
        TorrentClientOptions options = _settings.Client with
        {
            TimeProvider = _context.TimeProvider,
            Logger = MessageSink.CreateLogger(_context.Messages),
        };
        await using var client = new TorrentClient(options);

        var codes = new List<ExitCode>();
        var sessions = new List<TransferSession>();
        foreach (TransferSource source in torrents)
        {
            try
            {
                sessions.Add(await AddAsync(client, source));
            }
            catch (Exception e) when (e is PiecesException or IOException or UnauthorizedAccessException)
            {
                codes.Add(Say(Outcome.Of(e, source.Name)));
            }
        }

        codes.AddRange(await new TransferWatch(_context, view).RunAsync(sessions));
        return codes;
    }

    private async Task<TransferSession> AddAsync(TorrentClient client, TransferSource source)
    {
        TorrentOptions options = _settings.Torrent with { Notices = new NoticePrinter(_context.Messages) };
        Torrent torrent = await source.AddToAsync(client, options, _context.Signals.Token);
        var clock = new GiveUpClock(_settings.StallTimeout, _settings.Deadline, _settings.MetadataTimeout);
        return new TransferSession(source.Subject(options.OutputDirectory), new TorrentTransfer(torrent), clock, options.SeedOnly);
    }

    private ExitCode Say(Outcome outcome)
    {
        _context.Messages.Failure(outcome);
        return outcome.Code;
    }
}
