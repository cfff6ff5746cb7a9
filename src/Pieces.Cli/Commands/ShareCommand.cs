using System.CommandLine;
using Pieces.Cli.Events;
using Pieces.Cli.Failures;
using Pieces.Cli.Parsing;
using Pieces.Cli.Progress;
using Pieces.Cli.Share;
using Pieces.Cli.Transfers;
using Pieces.Metadata;
using Pieces.Primitives;
using Pieces.Storage;
using Pieces.Torrents;

namespace Pieces.Cli.Commands;

/// <summary><c>pieces share PATH... [--times N]</c>: create, track and seed in one go; the line for the other side goes to stdout.</summary>
internal sealed class ShareCommand
{
    private readonly Argument<string[]> _paths = new("PATH") { Description = "the file or folder to share (several go into one top folder)", Arity = ArgumentArity.OneOrMore };
    private readonly Option<int?> _times = Flag.Of<int?>(text => Values.Count(text), "N", "end when so many others have all of it (default: until Ctrl-C)", "--times");
    private readonly Option<string> _name = Flag.Of(text => text, "NAME", "name of the file or top folder (default: the path's own)", "--name");
    private readonly Option<ByteRate> _up = Flag.Of(Values.Rate, "RATE", "bytes a second to send at most, for example 500K (default: no limit)", "--up-limit");
    private readonly Option<int?> _maxPeers = Flag.Of<int?>(text => Values.Count(text), "N", "connections at one time (default: 100)", "--max-peers");
    private readonly Option<PortRange?> _port = Flag.Of<PortRange?>(
        text => Values.Ports(text), "N or N-M", "listen port (default: 6881-6999; the first free one is taken, and 0 is any); the tracker takes the next", "--port", "-p");

    private readonly Option<string> _interface = Flag.Of(text => text, "NAME or ADDR", "share by this interface or address alone (default: any of them)", "--interface");
    private readonly ProgressFlag _progress = new();
    private readonly Option<bool> _json = Flag.Switch("events for programs on stdout, one JSON object a line; no lines for people", "--json");
    private readonly CliContext _context;

    private ShareCommand(CliContext context) => _context = context;

    public static Command Create(CliContext context)
    {
        var share = new ShareCommand(context);
        var command = new Command(
            "share",
            "share files or folders with others in reach: prints the line that they run. They need no internet and no torrent file; nothing is announced "
                + "to public trackers or to the distributed hash table from here")
        {
            share._paths, share._times, share._name, share._up, share._maxPeers, share._port, share._interface,
        };
        share._progress.AddTo(command);
        command.Options.Add(share._json);
        command.SetAction(async (parse, cancellationToken) => (int)await share.RunAsync(parse, cancellationToken));
        return command;
    }

    private async Task<ExitCode> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        string[] paths = parse.GetRequiredValue(_paths);
        TorrentClientOptions client = ClientOptionsOf(parse);
        LocalContent content;
        try
        {
            content = await DescribeAsync(parse, paths, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            if (parse.GetValue(_json))
                FailureEvents.Conclude(_context, ExitCode.Success, "stopped before anything was shared");
            return ExitCode.Success;
        }

        var settings = new TransferSettings
        {
            Client = client,
            Torrent = new TorrentOptions
            {
                OutputDirectory = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(paths[0]))) ?? ".",
                SeedOnly = true,
                Seed = new SeedGoals(),
                Content = content,
                UseTrackers = false,
                UseLocalDiscovery = false,
                MaxPeers = parse.GetValue(_maxPeers) ?? new TorrentOptions().MaxPeers,
            },
            Progress = parse.GetValue(_json) ? ProgressStyle.None : _progress.Of(parse),
            Events = parse.GetValue(_json) ? EventTarget.Output : EventTarget.None,
            Share = new SharePlan(content, paths, parse.GetValue(_times)),
        };
        return await new TransferRun(_context, settings).RunAsync([content.Metainfo.Name]);
    }

    private TorrentClientOptions ClientOptionsOf(ParseResult parse)
    {
        var options = new TorrentClientOptions
        {
            UploadLimit = parse.GetValue(_up),
            Binding = parse.GetValue(_interface) is { } name ? NetworkBinding.Resolve(name) : null,
        };
        return parse.GetValue(_port) is { } ports ? options with { FirstPort = ports.First, LastPort = ports.Last } : options;
    }

    // As the torrent will be called, as far as the paths tell.
    private static string NameOf(string[] paths)
    {
        string path = Path.TrimEndingDirectorySeparator(paths[0].Length == 0 ? "" : Path.GetFullPath(paths[0]));
        return Path.GetFileName(paths.Length == 1 ? path : Path.GetDirectoryName(path) ?? "");
    }

    // The torrent that `create` would make. Not a private one (BEP 27): nobody serves the metadata of those to who has but a link.
    private async Task<LocalContent> DescribeAsync(ParseResult parse, string[] paths, CancellationToken cancellationToken)
    {
        var options = new MetainfoBuilderOptions { Paths = [.. paths], Name = parse.GetValue(_name) };
        try
        {
            if (parse.GetValue(_json))
                return await LocalContent.DescribeAsync(options, null, cancellationToken);
            return await CheckDisplay.RunAsync(
                _context,
                options.Name ?? NameOf(paths),
                _progress.Of(parse),
                progress => LocalContent.DescribeAsync(options, progress, cancellationToken));
        }
        catch (Exception e) when (DescribeFailure.Of(e) is { } failure)
        {
            throw failure;
        }
    }
}
