using System.CommandLine;
using Pieces.Cli.Terminal;

namespace Pieces.Cli.Help;

/// <summary>Help on the terminal. The examples come first, because most readers look for a line to copy.</summary>
internal static class HelpText
{
    private const int WidestExample = 62;

    /// <summary>Prints the help of a command. For the root command it prints the help of the program.</summary>
    public static void Write(StandardOutput output, RootCommand root, Command command)
    {
        foreach (string line in Render(CommandPages.Of(root, command)))
            output.WriteLine(line);
    }

    /// <summary>Returns the lines of a page, each at most <see cref="TextLayout.Width"/> characters long.</summary>
    public static IEnumerable<string> Render(HelpPage page)
    {
        foreach (string line in Examples(page.Examples))
            yield return line;
        foreach (string line in TextLayout.Wrap(page.Summary, TextLayout.Width))
            yield return line;
        if (page.Usage is not null)
        {
            yield return string.Empty;
            yield return $"Usage: {page.Usage}";
        }

        int column = TextLayout.ColumnOf(page.Sections.SelectMany(section => section.Rows));
        foreach (string line in page.Sections.SelectMany(section => Section(section, column)))
            yield return line;
    }

    private static IEnumerable<string> Section(HelpSection section, int column)
    {
        yield return string.Empty;
        yield return $"{section.Heading}:";
        for (int i = 0; i < section.Paragraphs.Count; i++)
        {
            if (i > 0)
                yield return string.Empty;
            foreach (string line in TextLayout.Wrap(section.Paragraphs[i], TextLayout.Width - 2))
                yield return $"  {line}";
        }

        if (section.Paragraphs.Count > 0 && section.Rows.Count > 0)
            yield return string.Empty;
        foreach (string line in TextLayout.Table(section.Rows, column))
            yield return line;
    }

    private static IEnumerable<string> Examples(IReadOnlyList<Example> examples)
    {
        if (examples.Count == 0)
            yield break;
        yield return "Examples:";
        int column = examples.Select(example => example.Line.Length).Where(length => length <= WidestExample).DefaultIfEmpty(0).Max();
        foreach (Example example in examples)
            yield return $"  {example.Line.PadRight(column)}  # {example.Purpose}";
        yield return string.Empty;
    }
}
