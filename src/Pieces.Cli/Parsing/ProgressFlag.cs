using System.CommandLine;
using Pieces.Cli.Progress;

namespace Pieces.Cli.Parsing;

/// <summary>The flag for the display of progress.</summary>
internal sealed class ProgressFlag
{
    private static readonly Dictionary<string, ProgressStyle> Words = new(StringComparer.Ordinal)
    {
        ["auto"] = ProgressStyle.Auto,
        ["bar"] = ProgressStyle.Bar,
        ["plain"] = ProgressStyle.Plain,
        ["none"] = ProgressStyle.None,
    };

    private readonly Option<ProgressStyle> _style = Flag.Choice(Words, "a repainted block, plain lines, or nothing (default: auto)", "--progress");

    /// <summary>Adds the flag to a command.</summary>
    public void AddTo(Command command) => command.Options.Add(_style);

    /// <summary>Returns the requested style.</summary>
    public ProgressStyle Of(ParseResult parse) => parse.GetValue(_style);
}
