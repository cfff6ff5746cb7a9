using System.Text.RegularExpressions;
using Pieces.Tests.Metadata;

namespace Pieces.Tests.Support;

/// <summary>Looks into the source of the library and of the program, comments left out, for rules that compiled code does not show.</summary>
internal static class SourceFiles
{
    /// <summary>Names of the files below <c>src</c> with a line of code that matches.</summary>
    public static IEnumerable<string> WithLine(string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => File.ReadLines(file).Any(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal) && Regex.IsMatch(line, pattern)))
            .Select(file => Path.GetFileName(file));
}
