using System.Globalization;
using Pieces.Cli.Failures;

namespace Pieces.Cli.Sources;

/// <summary>The sources of a run: those given as arguments, followed by those of a list.</summary>
internal static class SourceArguments
{
    /// <summary>Collects the sources.</summary>
    /// <param name="arguments">The sources given as arguments.</param>
    /// <param name="list">A file with further sources, or <c>-</c> for stdin; null for none.</param>
    /// <exception cref="FailureException">There is no source, the list cannot be read, or stdin is used twice.</exception>
    public static GivenSources Gather(IReadOnlyList<string> arguments, string? list)
    {
        IReadOnlyList<ListedSource> listed = list is null ? [] : SourceList.Read(list);
        string[] sources = [.. arguments, .. listed.Select(source => source.Text)];
        if (sources.Length == 0)
        {
            const string None = "no source given (a .torrent file, the URL of one, a magnet link, an info-hash, or -)";
            throw FailureException.Usage(list is null ? None : $"--input {list}: it contains no source");
        }

        int readers = sources.Count(source => source == "-") + (list == "-" ? 1 : 0);
        if (readers > 1)
            throw FailureException.Usage("-: stdin can be read only once");
        var places = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (ListedSource source in listed)
            places.TryAdd(source.Text, string.Create(CultureInfo.InvariantCulture, $"line {source.Line} of {(list == "-" ? "stdin" : list)}"));
        return new GivenSources(sources, places);
    }
}
