using Pieces.Metadata;

namespace Pieces.Tests.Metadata;

/// <summary>Torrents of other makers, with the verdict that is expected of each; they lie beside the repository where it is developed.</summary>
[Trait("Tier", "Pure")]
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

    [Theory]
    [InlineData("base", "c0fda1edafdbdbb96443424e0b3899af7159d10e")]
    [InlineData("sample", "58d8d15a4eb3bd9afabc9cee2564f78192777edb")]
    [InlineData("v2", "c14199bbec64d0e9e439aa3b6b7639e666b86eca")]
    public void The_info_hash_of_a_shared_torrent_is_right(string name, string expected) =>
        MetainfoParser.Parse(File.ReadAllBytes(Path.Combine(FindFolder(), name + ".torrent"))).InfoHash.ToString().Should().Be(expected);

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
