namespace Pieces.Cli.Help;

/// <summary>An example command line and its purpose.</summary>
internal readonly record struct Example(string Line, string Purpose);

/// <summary>A term and its meaning.</summary>
internal readonly record struct HelpRow(string Term, string Meaning);

/// <summary>A section of a page: paragraphs, followed by a table of terms.</summary>
internal sealed record HelpSection(string Heading, IReadOnlyList<string> Paragraphs, IReadOnlyList<HelpRow> Rows);

/// <summary>The help page of a command or topic. Both the help on the terminal and the manual pages are generated from it.</summary>
/// <param name="Name">Name of the command or topic; empty for the program itself.</param>
/// <param name="Summary">One line.</param>
/// <param name="Usage">The usage line; null for a topic.</param>
/// <param name="Examples">The examples, the most common first.</param>
/// <param name="Sections">The rest of the page.</param>
internal sealed record HelpPage(string Name, string Summary, string? Usage, IReadOnlyList<Example> Examples, IReadOnlyList<HelpSection> Sections);
