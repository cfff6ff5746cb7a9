using System.CommandLine;
using Pieces.Cli.Events;
using Pieces.Cli.Failures;
using Pieces.Cli.Parsing;
using Pieces.Cli.Progress;
using Pieces.Cli.Share;
using Pieces.Cli.Sources;
using Pieces.Cli.Terminal;
using Pieces.Cli.Transfers;
using Pieces.Metadata;
using Pieces.Platform;
using Pieces.Storage;
using Pieces.Torrents;

namespace Pieces.Cli.Commands;

/// <summary>
/// <c>pieces share PATH... [--times N]</c>: creates a torrent, runs a tracker for it and seeds it. The command for the recipient goes to stdout.
/// </summary>
internal sealed class ShareCommand
{
    private readonly Argument<string[]> _paths = new("PATH")
    {
        Description = "the file or folder to share (several go into one top folder)",
        Arity = ArgumentArity.OneOrMore
    };

    private readonly Option<int?> _times = Flag.Of<int?>(
        text => Values.Count(text), "N", "end when N peers have everything (default: until Ctrl-C)", "--times");

    private readonly Option<string> _name = Flag.Of(text => text, "NAME", "name of the file or top folder (default: the path's own)", "--name");
    private readonly ServingFlags _serving = new(tracks: true);
    private readonly ReachFlags _reach = new();
    private readonly ProgressFlag _progress = new();
    private readonly Option<bool> _json = Flag.Switch("print events on stdout, one JSON object per line, instead of lines for people", "--json");
    private readonly CliContext _context;

    private ShareCommand(CliContext context) => _context = context;

    public static Command Create(CliContext context)
    {
        var share = new ShareCommand(context);
        var command = new Command(
            "share",
            "share files or folders with other machines that can reach this one: prints the command for them to run. "
            + "They need neither internet access nor a torrent file; "
            + "nothing is announced to public trackers or to the distributed hash table")
        {
            share._paths, share._times, share._name,
        };
        share._serving.AddTo(command);
        share._reach.AddTo(command);
        share._progress.AddTo(command);
        command.Options.Add(share._json);
        command.SetAction(async (parse, cancellationToken) => (int)await share.RunAsync(parse, cancellationToken));
        return command;
    }

    private async Task<ExitCode> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        string[] paths = parse.GetRequiredValue(_paths);
        ServingSettings serving = _serving.Read(parse);
        var reach = NetworkReach.Open(_reach.Read(parse));
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
            Client = ClientSetup.Create(serving, reach),
            Torrent = new TorrentOptions
            {
                OutputDirectory = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(UserPath.Full(paths[0]))) ?? ".",
                SeedOnly = true,
                Seed = new SeedGoals(),
                LocalContent = content,
                UseTrackers = false,
                UseLocalDiscovery = false,
                MaxPeers = serving.MaxPeers,
            },
            Progress = parse.GetValue(_json) ? ProgressStyle.None : _progress.Of(parse),
            Events = parse.GetValue(_json) ? EventTarget.Output : EventTarget.None,
        };
        using var loader = new SourceLoader(reach, _context.TimeProvider);
        var kind = new ShareKind(settings, SharePlan.Of(content, paths, parse.GetValue(_times)));
        return await new TransferRun(_context, settings, loader, kind).RunAsync([content.Metainfo.Name]);
    }

    // The name that the torrent will have, as far as the paths determine it.
    private static string NameOf(string[] paths)
    {
        string path = Path.TrimEndingDirectorySeparator(paths[0].Length == 0 ? "" : UserPath.Full(paths[0]));
        return Path.GetFileName(paths.Length == 1 ? path : Path.GetDirectoryName(path) ?? "");
    }

    // The torrent that `create` would make. It is not private (BEP 27): clients do not serve metadata of private torrents, so the link alone would
    // not work.
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
