using System.Globalization;

namespace Pieces.Cli.Selection;

/// <summary>
/// One value of <c>--select</c> or <c>--exclude</c>: a number or a range of numbers as listed by <c>show --files</c>, or a glob. A glob without a
/// slash matches the file name in any folder. A glob with a slash matches the whole path, with or without the top folder. A glob that ends in a slash
/// matches everything in a folder. A file whose name is a number is written as <c>./3</c> or <c>[3]</c>.
/// </summary>
internal sealed class FilePattern
{
    private readonly Glob? _name;
    private readonly Glob? _path;
    private readonly int _first;

    private FilePattern(string text, Glob? name, Glob? path, int first, int last)
    {
        Text = text;
        _name = name;
        _path = path;
        _first = first;
        Last = last;
    }

    /// <summary>The pattern as the user wrote it.</summary>
    public string Text { get; }

    /// <summary>The last number of the range; 0 for a glob.</summary>
    public int Last { get; }

    /// <summary>Parses a pattern.</summary>
    /// <exception cref="FormatException">The pattern is empty or too long, or the range is not valid.</exception>
    public static FilePattern Parse(string text)
    {
        string[] ends = text.Split('-');
        if (ends.Length <= 2 && Array.TrueForAll(ends, IsNumber))
        {
            int first = Number(text, ends[0]), last = Number(text, ends[^1]);
            return first <= last
                ? new FilePattern(text, null, null, first, last)
                : throw new FormatException($"\"{text}\" is in descending order; write {last}-{first}");
        }

        if (!text.Contains('/', StringComparison.Ordinal))
            return new FilePattern(text, new Glob(text), null, 0, 0);
        string path = text.StartsWith("./", StringComparison.Ordinal) ? text[2..] : text.TrimStart('/');
        return new FilePattern(text, null, new Glob(path.EndsWith('/') ? path + "**" : path), 0, 0);
    }

    /// <summary>Whether the pattern matches a file.</summary>
    public bool IsMatch(SelectableFile file)
    {
        if (_path is not null)
            return _path.IsMatch(file.Inner) || _path.IsMatch(file.Path);
        return _name?.IsMatch(file.Name) ?? (file.Number >= _first && file.Number <= Last);
    }

    private static bool IsNumber(string text) => text.Length > 0 && text.All(char.IsAsciiDigit);

    private static int Number(string whole, string digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0
            ? number
            : throw new FormatException($"\"{whole}\" is not the number of a file; they start at 1 (./{whole} is a file of that name)");
}
