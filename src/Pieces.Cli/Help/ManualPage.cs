using System.Text;
using Pieces.Cli.Terminal;

namespace Pieces.Cli.Help;

/// <summary>Renders pages as manual pages in the language of man(7).</summary>
internal static class ManualPage
{
    private const string Manual = "Manual of pieces";

    /// <summary>The page of a command.</summary>
    /// <param name="page">What there is to say.</param>
    /// <param name="date">When the manual was made, as yyyy-mm-dd.</param>
    public static string OfCommand(HelpPage page, string date)
    {
        StringBuilder text = Begin($"pieces-{page.Name}", page, date);
        foreach (HelpSection section in page.Sections)
            AppendSection(text, section);
        AppendExamples(text, page.Examples);
        AppendSeeAlso(text, "see exit codes, events and settings there", "pieces");
        return text.ToString();
    }

    /// <summary>The page of the program, with all topics in it.</summary>
    /// <param name="page">What there is to say.</param>
    /// <param name="topics">The topics.</param>
    /// <param name="commands">Names of the commands that have a page of their own.</param>
    /// <param name="date">When the manual was made, as yyyy-mm-dd.</param>
    public static string OfProgram(HelpPage page, IReadOnlyList<HelpPage> topics, IEnumerable<string> commands, string date)
    {
        StringBuilder text = Begin("pieces", page, date);
        foreach (HelpSection section in page.Sections.Concat(topics.SelectMany(topic => topic.Sections)))
            AppendSection(text, section);
        AppendExamples(text, [.. page.Examples, .. topics.SelectMany(topic => topic.Examples)]);
        AppendSeeAlso(text, null, [.. commands.Select(command => $"pieces-{command}")]);
        return text.ToString();
    }

    private static StringBuilder Begin(string name, HelpPage page, string date)
    {
        var text = new StringBuilder();
        text.Append($".TH {Quote(name.ToUpperInvariant())} 1 \"{date}\" {Quote(ProductVersion.Line)} {Quote(Manual)}\n");
        text.Append(".SH NAME\n");
        text.Append(Line($"{name} - {page.Summary.TrimEnd('.')}"));
        text.Append($".SH SYNOPSIS\n{Escape(page.Usage ?? string.Empty)}\n");
        return text;
    }

    private static void AppendSection(StringBuilder text, HelpSection section)
    {
        text.Append($".SH {Quote(section.Heading.ToUpperInvariant())}\n");
        for (int i = 0; i < section.Paragraphs.Count; i++)
            text.Append(i > 0 ? ".PP\n" : string.Empty).Append(Line(section.Paragraphs[i]));
        foreach (HelpRow row in section.Rows)
            text.Append($".TP\n.B {Quote(row.Term)}\n{Line(row.Meaning)}");
    }

    private static void AppendExamples(StringBuilder text, IReadOnlyList<Example> examples)
    {
        if (examples.Count == 0)
            return;
        text.Append(".SH EXAMPLES\n");
        foreach (Example example in examples)
            text.Append($".TP\n.B {Quote(example.Line)}\n{Line(example.Purpose)}");
    }

    private static void AppendSeeAlso(StringBuilder text, string? why, params string[] names)
    {
        text.Append(".SH \"SEE ALSO\"\n");
        for (int i = 0; i < names.Length; i++)
            text.Append($".BR {Escape(names[i])} (1){(i + 1 < names.Length ? " ," : string.Empty)}\n");
        if (why is not null)
            text.Append(Line($"({why})"));
    }

    // Lines are filled by the reader's program; long ones are broken here so that the source stays fit for tools that read lines.
    private static string Line(string text) =>
        string.Concat(TextLayout.Wrap(Escape(text), 78).Select(line => (line[0] is '.' ? "\\&" : string.Empty) + line + "\n"));

    private static string Quote(string text) => $"\"{Escape(text).Replace("\"", "\\(dq", StringComparison.Ordinal)}\"";

    // A hyphen is to be copied as the minus that it is.
    private static string Escape(string text) => text
        .Replace("\\", "\\e", StringComparison.Ordinal)
        .Replace("-", "\\-", StringComparison.Ordinal)
        .Replace("`", "\\(ga", StringComparison.Ordinal)
        .Replace("'", "\\(aq", StringComparison.Ordinal)
        .Replace("~", "\\(ti", StringComparison.Ordinal)
        .Replace("^", "\\(ha", StringComparison.Ordinal);
}
