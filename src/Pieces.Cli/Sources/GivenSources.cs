namespace Pieces.Cli.Sources;

/// <summary>The sources that a user has given.</summary>
/// <param name="Texts">Each as it was given, in order.</param>
/// <param name="Places">Where a text stands in a list, for messages; those that were given as arguments are missing.</param>
internal sealed record GivenSources(IReadOnlyList<string> Texts, IReadOnlyDictionary<string, string> Places);

/// <summary>A source in a list.</summary>
/// <param name="Text">The source.</param>
/// <param name="Line">Its line, from 1.</param>
internal readonly record struct ListedSource(string Text, int Line);
