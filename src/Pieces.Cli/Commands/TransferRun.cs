using Pieces.Cli.Events;
using Pieces.Cli.Failures;
using Pieces.Cli.Sources;
using Pieces.Cli.Terminal;
using Pieces.Cli.Transfers;
using Pieces.Net.Http;
using Serilog;

namespace Pieces.Cli.Commands;

/// <summary>Downloads or seeds all sources of one run, and tells whoever wants to hear of it.</summary>
internal sealed class TransferRun
{
    private readonly CliContext _context;
    private readonly TransferSettings _settings;
    private readonly SourceLoader _loader;
    private readonly ITransferKind _kind;

    /// <param name="context">What every command is given.</param>
    /// <param name="settings">What the torrents are to do.</param>
    /// <param name="loader">Loads their sources; stays its owner's.</param>
    /// <param name="kind">What the command is for.</param>
    public TransferRun(CliContext context, TransferSettings settings, SourceLoader loader, ITransferKind kind)
    {
        _context = context;
        _settings = settings;
        _loader = loader;
        _kind = kind;
    }

    /// <summary>Runs all of them to their end; one that fails does not keep the others from going on.</summary>
    public async Task<ExitCode> RunAsync(IReadOnlyList<string> sources)
    {
        using var stop = new RunStop(_context.Signals);
        EventWriter? events = ObserverSetup.CreateWriter(_context, _settings.Events, stop);
        TransferParts parts = _kind.Start(_context, events, stop);
        ExitCode code;
        await using (TransferObservers observers = ObserverSetup.Create(_context, _settings, parts, events, stop))
        {
            IReadOnlyList<SourceResult> results = await TransferAsync(parts.Host, observers, stop, sources);
            code = CodeOf(results);
            observers.Conclude(results, code);
        }

        if (stop.OutputFailure is not { } failure)
            return code;
        _context.Messages.Failure(failure);
        return failure.Code;
    }

    private async Task<IReadOnlyList<SourceResult>> TransferAsync(
        HostFactory hostFactory, TransferObservers observers, RunStop stop, IReadOnlyList<string> sources)
    {
        if (_settings.Torrent.UseTrackers && EnvironmentProxy.Describe() is { } proxy)
            observers.Note($"HTTP trackers are asked through the environment's proxy, {proxy}; peers and UDP trackers are not");
        try
        {
            void Warn(string message) => observers.Warn(null, message);
            TransferSettings settings = DescriptorLimit.Fit(_settings, MostAtOnce(sources.Count), Warn);
            ILogger logger = ObserverSetup.CreateLogger(_context, settings, observers);
            ITransferHost host = hostFactory(new ClientHost(settings, _loader, _context.TimeProvider, logger), Warn, logger);
            IReadOnlyList<SourceResult> results = [];
            try
            {
                results = await new TransferLoop(host, settings, observers, _context.TimeProvider, stop, sources).RunAsync();
            }
            finally
            {
                ExitCode code = results.Count == 0 ? ExitCode.Failure : CodeOf(results);
                await stop.LastPhase.WaitAsync("connections, sockets and the disk to close", code, host.DisposeAsync().AsTask());
            }

            // Whoever reads stdout may take as long as he likes.
            stop.LastPhase.Suspend();
            return results;
        }
#pragma warning disable CA1031 // A bug of ours ends the run, and whoever reads the events is to hear of it too.
        catch (Exception e)
#pragma warning restore CA1031
        {
            var outcome = Outcome.Of(e);
            observers.Fail(null, outcome);
            return [new SourceResult(null, null, outcome with { IsSaid = true })];
        }
    }

    // Those that only seed hold no job, and may come to be all of them.
    private int MostAtOnce(int sources) => _settings.Torrent.Seed is null && !_settings.Torrent.SeedOnly ? Math.Min(sources, _settings.Jobs) : sources;

    // The signal is why the run ended, whatever else went wrong on the way.
    private ExitCode CodeOf(IReadOnlyList<SourceResult> results)
    {
        ExitCode[] codes = [.. results.Select(result => result.Outcome.Code)];
        return _context.Signals.Code is { } signal && codes.Contains(signal) ? signal : Outcome.Combine(codes);
    }
}
