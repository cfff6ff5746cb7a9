using System.CommandLine;
using Pieces.Cli.Failures;
using Pieces.Cli.Parsing;
using Pieces.Cli.Sources;
using Pieces.Cli.Terminal;
using Pieces.Cli.Transfers;
using Pieces.Metadata;
using Pieces.Torrents;
using Serilog.Extensions.Logging;

namespace Pieces.Cli.Commands;

/// <summary><c>pieces magnet SOURCE [-o FILE]</c>: prints the magnet link of a torrent, or fetches the torrent of a magnet link.</summary>
internal sealed class MagnetCommand
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(250);

    private readonly Argument<string> _source = new("SOURCE")
    {
        Description = "a .torrent file, the http(s) URL of one, or - for its bytes on stdin: prints its link; "
            + "a magnet link or an info-hash: fetches its torrent",
        Arity = ArgumentArity.ExactlyOne,
    };

    private readonly Option<string> _output = Flag.Of(
        Values.Name, "FILE or -", "what to write (default: stdout for a link, NAME.torrent for a torrent)", "--output", "-o");

    private readonly Option<bool> _overwrite = Flag.Switch("replace an existing file", "--overwrite");
    private readonly Option<TimeSpan?> _timeout = MetadataTimeoutFlag.Create();
    private readonly SwarmFlags _swarm = new();
    private readonly ReachFlags _reach = new();
    private readonly CliContext _context;

    private MagnetCommand(CliContext context) => _context = context;

    public static Command Create(CliContext context)
    {
        var magnet = new MagnetCommand(context);
        var command = new Command("magnet", "print the magnet link of a torrent, or fetch the torrent of a magnet link")
        {
            magnet._source, magnet._output, magnet._overwrite, magnet._timeout,
        };
        magnet._swarm.AddTo(command);
        magnet._reach.AddTo(command);
        command.SetAction(async (parse, _) => (int)await magnet.RunAsync(parse));
        return command;
    }

    private async Task<ExitCode> RunAsync(ParseResult parse)
    {
        string source = parse.GetRequiredValue(_source);
        SwarmSettings swarm = _swarm.Read(parse);
        var reach = NetworkReach.OpenFor(_reach.Read(parse), _context.IsGivenHere(ReachFlags.Interface));
        if (parse.GetValue(_output) is { } path and not "-")
            OutputFile.RefuseExisting(path, parse.GetValue(_overwrite));
        if (SourceLoader.LinkIn(source) is not { } link)
            return await PrintAsync(parse, source, swarm, reach);
        foreach (string warning in link.Warnings)
            _context.Messages.Warning($"{SourceLoader.NameOf(source)}: {warning}");
        Metainfo metainfo = await FetchMetadataAsync(parse, link, swarm, reach);
        return await WriteAsync(parse, link.WithMoreTrackers(swarm.Apply(new TorrentOptions()).ExtraTrackers), metainfo);
    }

    private async Task<ExitCode> PrintAsync(ParseResult parse, string source, SwarmSettings swarm, NetworkReach reach)
    {
        using var loader = new SourceLoader(reach, _context.TimeProvider);
        Metainfo metainfo = await loader.LoadAsync(source, _context.Signals.Token);
        TorrentOptions given = swarm.Apply(new TorrentOptions());
        string link = MagnetLink.Of(metainfo).WithMoreTrackers(given.ExtraTrackers).WithPeers(given.Peers).ToString();
        string? output = parse.GetValue(_output);
        if (output is null or "-")
            _context.Output.WriteLine(link);
        else
            await OutputFile.WriteAsync(output, System.Text.Encoding.UTF8.GetBytes(link + "\n"), parse.GetValue(_overwrite), _context.Signals.Token);
        return ExitCode.Success;
    }

    private async Task<ExitCode> WriteAsync(ParseResult parse, MagnetLink link, Metainfo metainfo)
    {
        string? output = parse.GetValue(_output);
        byte[] torrent = MetainfoWriter.Write(link, metainfo.InfoBytes.Span);
        if (output == "-")
        {
            _context.Output.Write(torrent);
            return ExitCode.Success;
        }

        output ??= $"{metainfo.Name}.torrent";
        OutputFile.RefuseExisting(output, parse.GetValue(_overwrite));
        await OutputFile.WriteAsync(output, torrent, parse.GetValue(_overwrite), _context.Signals.Token);
        _context.Messages.Progress($"{output}: {Quantity.Size(metainfo.TotalLength)}, info-hash {metainfo.InfoHash}");
        return ExitCode.Success;
    }

    private async Task<Metainfo> FetchMetadataAsync(ParseResult parse, MagnetLink link, SwarmSettings swarm, NetworkReach reach)
    {
        TorrentOptions options = swarm.Apply(new TorrentOptions()) with
        {
            MetadataOnly = true,
            Progress = new NoticePrinter(_context.Messages),
        };
        var client = new TorrentClient(ClientSetup.Create(swarm, reach, isOneShot: true) with
        {
            TimeProvider = _context.TimeProvider,
            LoggerFactory = new SerilogLoggerFactory(MessageSink.CreateLogger(_context.Messages)),
        });
        try
        {
            return await FetchMetadataAsync(parse, link, await client.AddAsync(link, options, _context.Signals.Token));
        }
        finally
        {
            await _context.Signals.LastPhase.WaitAsync("connections and sockets to close", ExitCode.Failure, client.DisposeAsync().AsTask());
            _context.Signals.LastPhase.Suspend();
        }
    }

    private async Task<Metainfo> FetchMetadataAsync(ParseResult parse, MagnetLink link, Torrent torrent)
    {
        var clock = new GiveUpClock(new GiveUpLimits { Metadata = MetadataTimeoutFlag.Of(parse, _timeout, !Console.IsErrorRedirected) });
        long began = _context.TimeProvider.GetTimestamp();
        using var timer = new PeriodicTimer(TickInterval, _context.TimeProvider);
        while (!torrent.Metadata.IsCompleted)
        {
            if (_context.Signals.Code is { } signal)
                throw new FailureException(signal, "stopped before the metadata was received");
            if (clock.Check(torrent.Snapshot, _context.TimeProvider.GetElapsedTime(began)) is { } gaveUp)
                throw new FailureException(gaveUp.Code, $"{link.InfoHash}: {gaveUp.Message}");
            if (torrent.Snapshot is { EveryTrackerRefused: true, ConnectedPeers: 0 })
                throw new FailureException(
                    ExitCode.TrackersRefused, $"{link.InfoHash}: every tracker refused, and no other source of peers is enabled");
            await Task.WhenAny(torrent.Metadata, timer.WaitForNextTickAsync().AsTask());
        }

        return await torrent.Metadata;
    }
}
