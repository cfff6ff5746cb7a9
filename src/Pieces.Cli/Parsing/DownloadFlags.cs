using System.CommandLine;
using Pieces.Cli.Failures;
using Pieces.Storage;
using Pieces.Torrents;

namespace Pieces.Cli.Parsing;

/// <summary>Flags that only <c>download</c> has: destination, piece order and time limits.</summary>
internal sealed class DownloadFlags
{
    private static readonly Dictionary<string, PieceOrder> Orders = new(StringComparer.Ordinal)
    {
        ["in-order"] = PieceOrder.InOrder,
        ["rarest-first"] = PieceOrder.RarestFirst,
    };

    private static readonly Dictionary<string, Preallocation?> Preallocations = new(StringComparer.Ordinal)
    {
        ["none"] = Preallocation.None,
        ["sparse"] = Preallocation.Sparse,
        ["full"] = Preallocation.Full,
    };

    private readonly Option<string> _output = Flag.Of(
        text => text, "DIR", "the folder for the file or top folder (default: .; -: write the content to stdout)", "--output", "-o", "-d", "--dir");

    private readonly Option<PieceOrder> _order = Flag.Choice(Orders, "which piece to request next (default: in-order)", "--order");
    private readonly Option<bool> _overwrite = Flag.Switch("discard an existing file that is not part of this download", "--overwrite");

    private readonly Option<bool> _portableNames = PortableNamesFlag.Create();

    private readonly Option<Preallocation?> _preallocate = Flag.Of<Preallocation?>(
        text => Preallocations.GetValueOrDefault(text) ?? throw new FormatException($"\"{text}\" is not one of none, sparse, full"),
        "none|sparse|full",
        "how disk space for the files is allocated (default: sparse)",
        "--prealloc");

    private readonly Option<bool> _paranoid = Flag.Switch("check a piece again each time before it is uploaded", "--paranoid");

    private readonly Option<TimeSpan?> _stall = Flag.Of<TimeSpan?>(
        text => Values.PositiveDuration(text),
        "D",
        "give up when no data was received for this long, for example 10m (default: no limit)",
        "--stall-timeout");

    private readonly Option<TimeSpan?> _deadline = Flag.Of<TimeSpan?>(
        text => Values.PositiveDuration(text),
        "D",
        "give up when the download is not complete after this long, for example 2h (default: no limit)",
        "--deadline");

    /// <summary>Adds the flags to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (ReadOnlySpan<Option>)[_output, _order, _overwrite, _preallocate, _portableNames, _paranoid, _stall, _deadline])
            command.Options.Add(option);
    }

    /// <summary>Applies the flags to the options of a torrent.</summary>
    /// <exception cref="FailureException">The name of the folder is empty.</exception>
    public TorrentOptions Apply(ParseResult parse, TorrentOptions options)
    {
        string directory = IsStream(parse) ? "." : parse.GetValue(_output) ?? ".";
        if (directory.Length == 0)
            throw FailureException.Usage("--output: the name of the folder is empty");
        return options with
        {
            OutputDirectory = directory,
            Order = parse.GetValue(_order),
            Overwrite = parse.GetValue(_overwrite),
            Preallocation = parse.GetValue(_preallocate) ?? Preallocation.Sparse,
            PortableNames = parse.GetValue(_portableNames),
            Paranoid = parse.GetValue(_paranoid),
        };
    }

    /// <summary>Whether the content is written to stdout.</summary>
    public bool IsStream(ParseResult parse) => parse.GetValue(_output) == "-";

    /// <summary>Maximum time without receiving data; null for no limit.</summary>
    public TimeSpan? StallTimeoutOf(ParseResult parse) => parse.GetValue(_stall);

    /// <summary>Maximum time until the download is complete; null for no limit.</summary>
    public TimeSpan? DeadlineOf(ParseResult parse) => parse.GetValue(_deadline);
}
