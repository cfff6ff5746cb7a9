using Pieces.Metadata;

namespace Pieces.Tests.Metadata;

/// <summary>Torrents of other makers, with the verdict that is expected of each; they lie beside the repository where it is developed.</summary>
public class SharedTorrentsTests
{
    [Fact]
    public void Every_shared_torrent_gets_the_expected_verdict()
    {
        string folder = FindFolder();
        var wrong = new List<string>();
        foreach (string line in File.ReadLines(Path.Combine(folder, "EXPECTED.tsv")).Skip(1))
        {
            string[] columns = line.Split('\t');
            string? error = ErrorOf(Path.Combine(folder, columns[0]));
            if (!IsRight(error, isValid: columns[1] == "valid", strictness: columns[2], format: columns[3]))
                wrong.Add($"{line}: {error ?? "accepted"}");
        }

        wrong.Should().BeEmpty();
    }

    [Theory]
    [InlineData(PathRules.Posix)]
    [InlineData(PathRules.MacOS)]
    [InlineData(PathRules.Windows)]
    internal void No_shared_torrent_leaves_its_folder_or_uses_a_path_twice(PathRules rules)
    {
        foreach (string file in Directory.EnumerateFiles(FindFolder(), "*.torrent"))
        {
            Metainfo metainfo;
            try
            {
                metainfo = MetainfoParser.Parse(File.ReadAllBytes(file), rules);
            }
            catch (MetainfoException)
            {
                continue;
            }

            PathChecks.ShouldBeSafe(metainfo, rules);
        }
    }

    private static string? ErrorOf(string path)
    {
        try
        {
            MetainfoParser.Parse(File.ReadAllBytes(path));
            return null;
        }
        catch (MetainfoException e)
        {
            return e.Message;
        }
    }

    private static bool IsRight(string? error, bool isValid, string strictness, string format)
    {
        bool isRefusedAsV2 = error is not null && error.Contains("BitTorrent v2", StringComparison.Ordinal);
        return strictness switch
        {
            "reject-ok" or "accept-ok" => true,
            _ when format == "v2" && isRefusedAsV2 => true,
            _ => isValid == (error is null),
        };
    }

    private static string FindFolder()
    {
        string folder = Path.Combine(Repository.Root, "..", "shared", "torrents", "libtorrent");
        if (!Directory.Exists(folder))
            folder = Path.Combine(Repository.Root, "..", "..", "shared", "torrents", "libtorrent");
        if (!Directory.Exists(folder))
        {
            if (Environment.GetEnvironmentVariable("CI") == "true")
                Assert.Fail("the shared torrents must be there in continuous integration");
            Assert.Skip("the shared torrents are not beside the repository");
        }

        return folder;
    }
}
