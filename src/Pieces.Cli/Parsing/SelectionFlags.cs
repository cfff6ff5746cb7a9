using System.CommandLine;
using Pieces.Cli.Selection;

namespace Pieces.Cli.Parsing;

/// <summary>Flags that select files of a torrent.</summary>
internal sealed class SelectionFlags
{
    private readonly Option<List<FilePattern>> _select = Flag.Repeated(
        FilePattern.Parse, "GLOB|N|N-M", "only these files, by pattern or by their numbers in 'show --files' (repeatable)", "--select", "-s");

    private readonly Option<List<FilePattern>> _exclude = Flag.Repeated(
        FilePattern.Parse, "GLOB|N|N-M", "not these files, whatever --select says (repeatable)", "--exclude", "-x");

    /// <summary>Adds the flags to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_select);
        command.Options.Add(_exclude);
    }

    /// <summary>Returns the selection.</summary>
    public FileSelection Of(ParseResult parse) => new([.. parse.GetValue(_select) ?? []], [.. parse.GetValue(_exclude) ?? []]);
}
