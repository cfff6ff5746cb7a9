using Pieces.Cli.Failures;
using Pieces.Cli.Progress;
using Pieces.Cli.Reports;
using Pieces.Cli.Selection;
using Pieces.Cli.Sources;
using Pieces.Cli.Terminal;
using Pieces.Cli.Transfers;
using Pieces.Metadata;
using Pieces.Platform;
using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Torrents;

namespace Pieces.Cli.Commands;

/// <summary>
/// A download that only reports what it would do. It reads the sources and the existing data, but contacts neither trackers nor peers.
/// </summary>
internal sealed class DryRun
{
    private readonly CliContext _context;
    private readonly TransferSettings _settings;
    private readonly SourceLoader _loader;
    private readonly bool _json;
    private readonly List<string> _warnings = [];

    /// <param name="context">Output, messages, clock and signals of the run.</param>
    /// <param name="settings">Settings of the download.</param>
    /// <param name="loader">Loads the sources. The caller disposes it.</param>
    /// <param name="json">Whether to print one JSON object instead of lines.</param>
    public DryRun(CliContext context, TransferSettings settings, SourceLoader loader, bool json)
    {
        _context = context;
        _settings = settings;
        _loader = loader;
        _json = json;
    }

    /// <summary>Examines all sources. Returns the exit code that the download would end with, as far as it is known in advance.</summary>
    public async Task<ExitCode> RunAsync(IReadOnlyList<string> sources)
    {
        if (sources.Count(source => source == "-") > 1)
            throw FailureException.Usage("-: stdin can be read only once");
        var torrents = new List<DryRunTorrent>();
        foreach (string source in sources)
        {
            DryRunTorrent torrent = await LookAsync(source);
            if (torrent.Infohash is not null && torrents.Any(other => other.Infohash == torrent.Infohash))
            {
                _context.Messages.Warning($"{torrent.Source}: given twice; used once, with the trackers and peers of both");
                continue;
            }

            torrents.Add(torrent);
            if (!_json)
                Say(torrent);
        }

        ExitCode exit = Outcome.Combine(torrents.Select(torrent => (ExitCode)(torrent.Error?.Code ?? 0)));
        if (_json)
            _context.Output.WriteLine(ReportJson.Line(new DryRunReport { Exit = (int)exit, Torrents = torrents }, ReportJson.Default.DryRunReport));
        _context.Output.Flush();
        foreach (DryRunTorrent torrent in torrents.Where(torrent => _json && torrent.Error is not null))
            _context.Messages.Failure(new Outcome((ExitCode)torrent.Error!.Code, torrent.Error.Message));
        return exit;
    }

    private async Task<DryRunTorrent> LookAsync(string source)
    {
        _warnings.Clear();
        var torrent = new DryRunTorrent { Source = SourceLoader.NameOf(source), Output = UserPath.Full(_settings.Torrent.OutputDirectory) };
        try
        {
            TransferSource given = await _loader.OpenAsync(source, _context.Signals.Token);
            _warnings.AddRange(given.Warnings);
            Metainfo? known = given.FindIn(_settings.Torrent.OutputDirectory);
            torrent = Describe(torrent, given, known);
            if (known is { } metainfo)
            {
                TorrentOptions options = _settings.Torrent with { SelectedFiles = given.Choose(_settings.Selection, metainfo, _warnings.Add) };
                torrent = Select(torrent, metainfo, options);
                DownloadPlan plan = await CheckDisplay.RunAsync(
                    _context,
                    metainfo,
                    options.OutputDirectory,
                    progress => DownloadPlanner.MakeAsync(metainfo, options, progress, _context.Signals.Token));
                torrent = torrent with { Plan = LineOf(plan, metainfo), Error = plan.HasSpace ? null : NoSpace(plan, options.OutputDirectory) };
            }
        }
        catch (Exception e) when (e is FailureException or PiecesException or IOException or UnauthorizedAccessException)
        {
            Outcome outcome = Outcome.Of(e, torrent.Name);
            torrent = torrent with { Error = new ErrorLine((int)outcome.Code, outcome.Message ?? e.Message, (e as StorageException)?.Path) };
        }

        return torrent with { Warnings = [.. _warnings] };
    }

    private DryRunTorrent Describe(DryRunTorrent torrent, TransferSource given, Metainfo? known)
    {
        // Each tracker of a magnet link is a tier of its own.
        IEnumerable<IEnumerable<string>> own = known is not null
            ? known.Trackers.Select(tier => tier.AsEnumerable())
            : given.Trackers.Select(url => Enumerable.Repeat(url, 1));
        IEnumerable<IEnumerable<string>> extra = _settings.Torrent.ExtraTrackers.Select(url => Enumerable.Repeat(url, 1));
        return torrent with
        {
            Name = known?.Name ?? given.Name,
            Infohash = given.InfoHash.ToString(),
            HasMetadata = known is not null,
            Files = known?.Files.Count(file => file.IsOnDisk) ?? 0,
            Trackers = _settings.Torrent.UseTrackers ? ShowReport.TrackersOf(own.Concat(extra)) : [],
        };
    }

    private static DryRunTorrent Select(DryRunTorrent torrent, Metainfo metainfo, TorrentOptions options)
    {
        IEnumerable<FileEntry> chosen = options.SelectedFiles?.Select(index => metainfo.Files[index]) ?? metainfo.Files.Where(file => file.IsOnDisk);
        FileEntry[] files = [.. chosen];
        return torrent with
        {
            FilesSelected = files.Length,
            Size = files.Sum(file => file.Length),
            Renamed = [.. files.Where(file => !file.Path.SequenceEqual(file.OriginalPath))
                .Select(file => new RenameLine(string.Join('/', file.OriginalPath), file.RelativePath))],
        };
    }

    private static PlanLine LineOf(DownloadPlan plan, Metainfo metainfo)
    {
        Dictionary<int, int> numbers = SelectableFile.Of(metainfo).ToDictionary(file => file.Entry.Index, file => file.Number);
        return new PlanLine
        {
            BytesWanted = plan.BytesWanted,
            BytesPresent = plan.BytesPresent,
            BytesToFetch = plan.BytesToFetch,
            PiecesWanted = plan.PiecesWanted,
            PiecesPresent = plan.PiecesPresent,
            SpaceNeeded = plan.SpaceNeeded,
            SpaceFree = plan.SpaceFree,
            SpaceEnough = plan.HasSpace,
            Files = [.. plan.Files.Select(file => new PlannedLine(numbers[file.File.Index], file.Path, file.File.Length, NameOf(file.Action)))],
        };
    }

    private static string NameOf(PlannedAction action) => action switch
    {
        PlannedAction.Keep => "keep",
        PlannedAction.Finish => "finish",
        PlannedAction.Continue => "continue",
        PlannedAction.Repair => "repair",
        PlannedAction.Replace => "replace",
        _ => "fetch",
    };

    private static ErrorLine NoSpace(DownloadPlan plan, string directory) => new(
        (int)ExitCode.DiskFull,
        FormattableString.Invariant($"{directory}: {plan.SpaceNeeded} bytes are needed, {plan.SpaceFree} are free on the disk"),
        directory);

    private void Say(DryRunTorrent torrent)
    {
        foreach (string warning in torrent.Warnings)
            _context.Messages.Warning(warning);
        foreach (string line in DryRunText.Lines(torrent))
            _context.Output.WriteLine(line);
        _context.Output.Flush();
        if (torrent.Error is { } error)
            _context.Messages.Failure(new Outcome((ExitCode)error.Code, error.Message));
    }
}
