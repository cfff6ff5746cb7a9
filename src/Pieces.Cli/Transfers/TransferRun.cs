using Pieces.Cli.Failures;
using Pieces.Cli.Progress;
using Pieces.Cli.Sources;
using Pieces.Cli.Terminal;
using Pieces.Metadata;
using Pieces.Primitives;
using Pieces.Torrents;
using Pieces.Trackers;

namespace Pieces.Cli.Transfers;

/// <summary>Downloads or seeds all sources of one run with one client: one listener, one set of limits.</summary>
internal sealed class TransferRun
{
    private readonly CliContext _context;
    private readonly InterfaceWatch? _interface;
    private TransferSettings _settings;

    public TransferRun(CliContext context, TransferSettings settings)
    {
        _context = context;
        _settings = settings;
        if (settings.Client.Binding is { } binding)
            _interface = new InterfaceWatch(binding.Device ?? binding.Address.ToString(), binding.Fault, context.TimeProvider);
    }

    /// <summary>Runs all of them to their end; one that fails does not keep the others from going on.</summary>
    public async Task<ExitCode> RunAsync(IReadOnlyList<string> sources)
    {
        var codes = new List<ExitCode>();
        List<Metainfo> torrents = await LoadAsync(sources, codes);
        if (torrents.Count > 0)
            codes.AddRange(await TransferAsync(torrents));

        // The signal is why the run ended, whatever else went wrong on the way.
        return _context.Signals.Code is { } signal && codes.Contains(signal) ? signal : Outcome.Combine(codes);
    }

    private async Task<List<Metainfo>> LoadAsync(IReadOnlyList<string> sources, List<ExitCode> codes)
    {
        if (sources.Count(source => source == "-") > 1)
            throw FailureException.Usage("-: stdin can be read only once");
        using var loader = new SourceLoader(_context.TimeProvider, _settings.Client.Binding);
        var torrents = new List<Metainfo>();
        foreach (string source in sources)
        {
            try
            {
                Metainfo metainfo = await loader.LoadAsync(source, _context.Signals.Token);
                foreach (string warning in metainfo.Warnings)
                    _context.Messages.Warning($"{SourceLoader.NameOf(source)}: {warning}");
                if (torrents.Any(other => other.InfoHash == metainfo.InfoHash))
                    _context.Messages.Warning($"{SourceLoader.NameOf(source)}: given twice; taken once");
                else
                    torrents.Add(metainfo);
            }
            catch (FailureException e)
            {
                codes.Add(Say(Outcome.Of(e)));
            }
        }

        return torrents;
    }

    private async Task<List<ExitCode>> TransferAsync(List<Metainfo> torrents)
    {
        if (_settings.Torrent.UseTrackers && EnvironmentProxy.Describe() is { } proxy)
            _context.Messages.Progress($"HTTP trackers are asked through the environment's proxy, {proxy}; peers and UDP trackers are not");
        _settings = DescriptorLimit.Fit(_settings, torrents.Count, _context.Messages.Warning);
        await using IProgressView view = ProgressViews.Create(_context, _settings.Progress);
        TorrentClientOptions options = _settings.Client with
        {
            TimeProvider = _context.TimeProvider,
            Logger = MessageSink.CreateLogger(_context.Messages),
        };
        await using var client = new TorrentClient(options);

        var codes = new List<ExitCode>();
        var sessions = new List<TransferSession>();
        foreach (Metainfo metainfo in torrents)
        {
            try
            {
                sessions.Add(await AddAsync(client, metainfo));
            }
            catch (Exception e) when (e is FailureException or PiecesException or IOException or UnauthorizedAccessException)
            {
                codes.Add(Say(Outcome.Of(e, metainfo.Name)));
            }
        }

        codes.AddRange(await new TransferWatch(_context, view).RunAsync(sessions));
        return codes;
    }

    private async Task<TransferSession> AddAsync(TorrentClient client, Metainfo metainfo)
    {
        TorrentOptions options = _settings.Torrent with
        {
            Notices = new NoticePrinter(_context.Messages),
            SelectedFiles = _settings.Selection.Choose(metainfo, _context.Messages.Warning),
        };
        Torrent torrent = await client.AddAsync(metainfo, options, _context.Signals.Token);
        var subject = TransferSubject.Of(metainfo, options.OutputDirectory, options.SelectedFiles);
        var clock = new GiveUpClock(
            _settings.StallTimeout, _settings.Deadline, _interface, _settings.Deadline is null ? null : new SleepMeter(_context.TimeProvider));
        return new TransferSession(subject, new TorrentTransfer(torrent), clock, options.SeedOnly);
    }

    private ExitCode Say(Outcome outcome)
    {
        _context.Messages.Failure(outcome);
        return outcome.Code;
    }
}
