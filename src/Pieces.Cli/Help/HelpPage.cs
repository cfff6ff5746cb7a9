namespace Pieces.Cli.Help;

/// <summary>A command line as a user would type it, and what it is for.</summary>
internal readonly record struct Example(string Line, string Purpose);

/// <summary>A term and what it means.</summary>
internal readonly record struct HelpRow(string Term, string Meaning);

/// <summary>Part of a page: first what is said in paragraphs, then the terms.</summary>
internal sealed record HelpSection(string Heading, IReadOnlyList<string> Paragraphs, IReadOnlyList<HelpRow> Rows);

/// <summary>What there is to say about a command or a topic. The help on the terminal and the manual are both made of it.</summary>
/// <param name="Name">The command or topic; empty for the program itself.</param>
/// <param name="Summary">One line.</param>
/// <param name="Usage">The shape of the command line; null for a topic.</param>
/// <param name="Examples">The most common first.</param>
/// <param name="Sections">The rest.</param>
internal sealed record HelpPage(string Name, string Summary, string? Usage, IReadOnlyList<Example> Examples, IReadOnlyList<HelpSection> Sections);
