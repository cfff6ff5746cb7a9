using System.Buffers;
using System.Text;
using Pieces.Metadata;

namespace Pieces.Tests.Metadata;

/// <summary>Checks that the paths of every accepted torrent must pass.</summary>
internal static class PathChecks
{
    private static readonly SearchValues<char> NeverAllowed = SearchValues.Create("/\\\0\n\u001B");
    private static readonly SearchValues<char> NotOnWindows = SearchValues.Create("<>:\"|?*");

    public static void ShouldBeSafe(Metainfo metainfo, PathRules rules) => Faults(metainfo, rules).Should().BeEmpty();

    private static List<string> Faults(Metainfo metainfo, PathRules rules)
    {
        var faults = new List<string>();
        StringComparer comparer = SafePath.ComparerOf(rules);
        var files = new HashSet<string>(comparer);
        var folders = new HashSet<string>(comparer);
        foreach (FileEntry file in metainfo.Files)
        {
            if (file.Path[0] != metainfo.Name)
                faults.Add($"outside the top folder: {file.RelativePath}");
            foreach (string name in file.Path)
            {
                if (!IsSafe(name, rules))
                    faults.Add($"unsafe name: {name}");
            }

            if (!file.IsOnDisk)
                continue;
            if (!files.Add(file.RelativePath))
                faults.Add($"twice: {file.RelativePath}");
            for (int i = 1; i < file.Path.Length; i++)
                folders.Add(string.Join('/', file.Path.Take(i)));
        }

        foreach (string file in files)
        {
            if (folders.Contains(file) || files.Contains(file + ".part") || folders.Contains(file + ".part"))
                faults.Add($"collides: {file}");
        }

        return faults;
    }

    private static bool IsSafe(string name, PathRules rules)
    {
        if (name is "" or "." or ".." || name.AsSpan().ContainsAny(NeverAllowed) || Encoding.UTF8.GetByteCount(name) > SafePath.MaxNameBytes)
            return false;
        return rules != PathRules.Windows || !(name.AsSpan().ContainsAny(NotOnWindows) || name[^1] is '.' or ' ');
    }
}
