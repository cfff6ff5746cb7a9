using System.Text;
using Pieces.Metadata;

namespace Pieces.Tests.Metadata;

/// <summary>What must hold for the paths of every torrent that is accepted.</summary>
internal static class PathChecks
{
    public static void ShouldBeSafe(Metainfo metainfo, PathRules rules)
    {
        StringComparer comparer = SafePath.ComparerOf(rules);
        var files = new HashSet<string>(comparer);
        var folders = new HashSet<string>(comparer);
        foreach (FileEntry file in metainfo.Files)
        {
            file.Path[0].Should().Be(metainfo.Name);
            foreach (string name in file.Path)
            {
                name.Should().NotBeEmpty().And.NotBe(".").And.NotBe("..");
                name.Should().NotContainAny("/", "\\", "\0", "\n", "\u001B");
                Encoding.UTF8.GetByteCount(name).Should().BeLessThanOrEqualTo(SafePath.MaxNameBytes);
                if (rules == PathRules.Windows)
                    name.Should().NotContainAny("<", ">", ":", "\"", "|", "?", "*").And.NotEndWith(".").And.NotEndWith(" ");
            }

            if (!file.IsOnDisk)
                continue;
            files.Add(file.RelativePath).Should().BeTrue("no two files share the path {0}", file.RelativePath);
            for (int i = 1; i < file.Path.Length; i++)
                folders.Add(string.Join('/', file.Path.Take(i)));
        }

        files.Should().NotContain(file => folders.Contains(file) || files.Contains(file + ".part") || folders.Contains(file + ".part"));
    }
}
