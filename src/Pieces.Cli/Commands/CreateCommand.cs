using System.CommandLine;
using Pieces.Cli.Failures;
using Pieces.Cli.Parsing;
using Pieces.Cli.Terminal;
using Pieces.Metadata;

namespace Pieces.Cli.Commands;

/// <summary><c>pieces create PATH...</c>: creates a torrent. The same input always gives the same bytes.</summary>
internal sealed class CreateCommand
{
    private readonly Argument<string[]> _paths = new("PATH")
    {
        Description = "the file or folder to describe (several go into one top folder)",
        Arity = ArgumentArity.OneOrMore
    };

    private readonly Option<string> _output = Flag.Of(
        Values.Name, "FILE or -", "the torrent to write, or - for stdout (default: name of the content plus .torrent)", "--output", "-o");

    private readonly Option<List<string>> _trackers = Flag.Repeated(Values.Tracker, "URL", "a tracker (repeatable)", "--tracker", "-t");
    private readonly Option<List<string>> _webSeeds = Flag.Repeated(Values.WebSeed, "URL", "a web seed (repeatable)", "--web-seed", "-w");
    private readonly Option<bool> _private = Flag.Switch("private torrent: peers come from its trackers only", "--private");
    private readonly Option<int?> _pieceSize = Flag.Of<int?>(
        text => Values.PieceSize(text), "N", "piece length in bytes, a power of two, for example 1M (default: chosen by the size)", "--piece-size");

    private readonly Option<string> _name = Flag.Of(text => text, "NAME", "name of the file or top folder (default: the path's own)", "--name");
    private readonly Option<string> _comment = Flag.Of(text => text, "TEXT", "free text", "--comment");
    private readonly Option<bool> _overwrite = Flag.Switch("replace an existing torrent file", "--overwrite");
    private readonly CliContext _context;

    private CreateCommand(CliContext context) => _context = context;

    public static Command Create(CliContext context)
    {
        var create = new CreateCommand(context);
        var command = new Command("create", "make a torrent: the same input gives the same bytes")
        {
            create._paths, create._output, create._trackers, create._webSeeds, create._private, create._pieceSize, create._name, create._comment,
            create._overwrite,
        };
        command.SetAction(async (parse, cancellationToken) => (int)await create.RunAsync(parse, cancellationToken));
        return command;
    }

    private async Task<ExitCode> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        string? output = parse.GetValue(_output);
        if (output is not null and not "-")
            OutputFile.RefuseExisting(output, parse.GetValue(_overwrite));
        byte[] torrent = await BuildAsync(parse, cancellationToken);
        var metainfo = MetainfoParser.Parse(torrent);
        if (output == "-")
        {
            _context.Output.Write(torrent);
            return ExitCode.Success;
        }

        output ??= $"{metainfo.Name}.torrent";
        OutputFile.RefuseExisting(output, parse.GetValue(_overwrite));
        await OutputFile.WriteAsync(output, torrent, parse.GetValue(_overwrite), cancellationToken);
        _context.Messages.Progress(
            $"{output}: {Quantity.Size(metainfo.TotalLength)}, {Quantity.Count(metainfo.Layout.PieceCount, "piece")} of "
            + $"{Quantity.Size(metainfo.Layout.PieceLength)}, info-hash {metainfo.InfoHash}");
        return ExitCode.Success;
    }

    private async Task<byte[]> BuildAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        var options = new MetainfoBuilderOptions
        {
            Paths = [.. parse.GetRequiredValue(_paths)],
            Name = parse.GetValue(_name),
            Trackers = [.. parse.GetValue(_trackers) ?? []],
            WebSeeds = [.. parse.GetValue(_webSeeds) ?? []],
            IsPrivate = parse.GetValue(_private),
            PieceLength = parse.GetValue(_pieceSize),
            Comment = parse.GetValue(_comment),
        };
        try
        {
            return await MetainfoBuilder.BuildAsync(options, cancellationToken: cancellationToken);
        }
        catch (Exception e) when (DescribeFailure.Of(e) is { } failure)
        {
            throw failure;
        }
    }
}
