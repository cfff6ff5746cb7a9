using System.Text;
using Pieces.Cli.Terminal;

namespace Pieces.Cli.Help;

/// <summary>Renders help pages as manual pages in the man(7) format.</summary>
internal static class ManualPage
{
    private const string Manual = "Manual of pieces";

    /// <summary>Returns the manual page of a command.</summary>
    /// <param name="page">The help page.</param>
    /// <param name="date">Date of the manual, as yyyy-mm-dd.</param>
    public static string OfCommand(HelpPage page, string date)
    {
        StringBuilder text = Begin($"pieces-{page.Name}", page, date);
        foreach (HelpSection section in page.Sections)
            AppendSection(text, section);
        AppendExamples(text, page.Examples);
        AppendSeeAlso(text, "for exit codes, events and settings", "pieces");
        return text.ToString();
    }

    /// <summary>Returns the manual page of the program. It contains all topics.</summary>
    /// <param name="page">The help page of the program.</param>
    /// <param name="topics">The topics.</param>
    /// <param name="commands">Names of the commands that have a manual page of their own.</param>
    /// <param name="date">Date of the manual, as yyyy-mm-dd.</param>
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

    // The formatter fills lines anyway. Breaking long lines here keeps the source usable for line-based tools.
    private static string Line(string text) =>
        string.Concat(TextLayout.Wrap(Escape(text), 78).Select(line => (line[0] is '.' ? "\\&" : string.Empty) + line + "\n"));

    private static string Quote(string text) => $"\"{Escape(text).Replace("\"", "\\(dq", StringComparison.Ordinal)}\"";

    // Hyphens are escaped so that they render as ASCII minus signs and flags can be copied.
    private static string Escape(string text) => text
        .Replace("\\", "\\e", StringComparison.Ordinal)
        .Replace("-", "\\-", StringComparison.Ordinal)
        .Replace("`", "\\(ga", StringComparison.Ordinal)
        .Replace("'", "\\(aq", StringComparison.Ordinal)
        .Replace("~", "\\(ti", StringComparison.Ordinal)
        .Replace("^", "\\(ha", StringComparison.Ordinal);
}
