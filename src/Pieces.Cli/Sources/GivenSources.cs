namespace Pieces.Cli.Sources;

/// <summary>The sources that the user gave.</summary>
/// <param name="Texts">The sources as given, in order.</param>
/// <param name="Places">Where a source is listed, for messages. Sources that were given as arguments are not included.</param>
internal sealed record GivenSources(IReadOnlyList<string> Texts, IReadOnlyDictionary<string, string> Places);

/// <summary>A source in a list file.</summary>
/// <param name="Text">The source.</param>
/// <param name="Line">Number of its line, from 1.</param>
internal readonly record struct ListedSource(string Text, int Line);
