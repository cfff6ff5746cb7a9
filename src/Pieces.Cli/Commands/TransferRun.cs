using Pieces.Cli.Events;
using Pieces.Cli.Failures;
using Pieces.Cli.Sources;
using Pieces.Cli.Terminal;
using Pieces.Cli.Transfers;
using Pieces.Net.Http;
using Serilog;

namespace Pieces.Cli.Commands;

/// <summary>Downloads or seeds all sources of one run and reports the progress to the observers.</summary>
internal sealed class TransferRun
{
    private readonly CliContext _context;
    private readonly TransferSettings _settings;
    private readonly SourceLoader _loader;
    private readonly ITransferKind _kind;

    /// <param name="context">Output, messages, clock and signals of the run.</param>
    /// <param name="settings">Settings of the torrents.</param>
    /// <param name="loader">Loads the sources. The caller disposes it.</param>
    /// <param name="kind">The parts that are specific to the command.</param>
    public TransferRun(CliContext context, TransferSettings settings, SourceLoader loader, ITransferKind kind)
    {
        _context = context;
        _settings = settings;
        _loader = loader;
        _kind = kind;
    }

    /// <summary>Runs all sources to their end. A source that fails does not stop the others.</summary>
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
            observers.Note($"HTTP trackers are contacted through the proxy from the environment, {proxy}; peers and UDP trackers are not");
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

            // The remaining output may take as long as the reader of stdout needs.
            stop.LastPhase.Suspend();
            return results;
        }
#pragma warning disable CA1031 // A bug in our code ends the run, and it must appear among the events too.
        catch (Exception e)
#pragma warning restore CA1031
        {
            var outcome = Outcome.Of(e);
            observers.Fail(null, outcome);
            return [new SourceResult(null, null, outcome with { IsSaid = true })];
        }
    }

    // Torrents that only seed do not occupy a job, so all of them may run at the same time.
    private int MostAtOnce(int sources) =>
        _settings.Torrent.Seed is null && !_settings.Torrent.SeedOnly ? Math.Min(sources, _settings.Jobs) : sources;

    // If a signal ended the run, its exit code takes precedence over any other failure.
    private ExitCode CodeOf(IReadOnlyList<SourceResult> results)
    {
        ExitCode[] codes = [.. results.Select(result => result.Outcome.Code)];
        return _context.Signals.Code is { } signal && codes.Contains(signal) ? signal : Outcome.Combine(codes);
    }
}
