using Pieces.Metadata;
using Pieces.Tests.Bencode;
using static Pieces.Tests.Support.TestInfo;

namespace Pieces.Tests.Metadata;

/// <summary>How dangerous names in whole torrents are changed or rejected.</summary>
[Trait("Tier", "Pure")]
public class FileNameTests
{
    [Fact]
    public void A_path_never_climbs()
    {
        Metainfo metainfo = Parse(MultiInfo("../../bar", "ok"));
        PathsOf(metainfo).Should().Equal("top/_/_/bar", "top/ok");
        metainfo.Warnings.Should().Equal("\"top/../../bar\" is stored as \"top/_/_/bar\"");
        metainfo.Files[0].OriginalPath.Should().Equal("top", "..", "..", "bar");
    }

    [Fact]
    public void A_name_that_is_the_parent_folder_becomes_the_info_hash()
    {
        Metainfo metainfo = Parse(SingleInfo(".."));
        metainfo.Name.Should().Be(metainfo.InfoHash.ToString());
        metainfo.OriginalName.Should().Be("..");
        metainfo.Warnings.Should().ContainSingle();
    }

    [Fact]
    public void Empty_components_vanish()
    {
        PathsOf(Parse(MultiInfo("a//b", "/c", "d/"))).Should().Equal("top/a/b", "top/c", "top/d");
        PathsOf(Parse(MultiInfo("/"))).Should().Equal("top/_");
    }

    [Fact]
    public void A_path_that_comes_twice_gets_a_number() =>
        PathsOf(Parse(MultiInfo("foo/bar.txt", "foo/bar.txt", "foo/bar.1.txt", "foo/bar.txt", "foo/bar")))
            .Should().Equal("top/foo/bar.txt", "top/foo/bar.1.txt", "top/foo/bar.1.1.txt", "top/foo/bar.2.txt", "top/foo/bar");

    [Fact]
    public void A_name_made_safe_yields_to_no_other()
    {
        Metainfo metainfo = Parse(MultiInfo("a_b", "a\\b"));
        PathsOf(metainfo).Should().Equal("top/a_b", "top/a_b.1");
        metainfo.Warnings.Should().ContainSingle();
    }

    [Fact]
    public void A_file_yields_to_a_folder_of_its_name()
    {
        PathsOf(Parse(MultiInfo("a", "a/b"))).Should().Equal("top/a.1", "top/a/b");
        PathsOf(Parse(MultiInfo("a/b", "a"))).Should().Equal("top/a/b", "top/a.1");
    }

    [Fact]
    public void No_file_has_the_name_of_an_unfinished_one()
    {
        PathsOf(Parse(MultiInfo("a", "a.part"))).Should().Equal("top/a", "top/a.1.part");
        PathsOf(Parse(MultiInfo("a.part", "a"))).Should().Equal("top/a.part", "top/a.1");
        PathsOf(Parse(MultiInfo("a.part/x", "a"))).Should().Equal("top/a.part/x", "top/a.1");
        PathsOf(Parse(MultiInfo("a.PART", "b"))).Should().Equal("top/a.PART", "top/b");
    }

    [Theory]
    [InlineData(PathRules.Posix, "README", "readme")]
    [InlineData(PathRules.MacOS, "README", "readme.1")]
    [InlineData(PathRules.Windows, "README", "readme.1")]
    internal void Names_that_differ_by_case_are_one_where_the_system_says_so(PathRules rules, string first, string second) =>
        PathsOf(Parse(MultiInfo("README", "readme"), rules: rules)).Should().Equal("top/" + first, "top/" + second);

    [Fact]
    public void Folders_that_differ_by_case_stay_one_where_the_system_says_so() =>
        PathsOf(Parse(MultiInfo("A/x", "a/X", "a/y"), rules: PathRules.Windows)).Should().Equal("top/A/x", "top/a/X.1", "top/a/y");

    [Fact]
    public void Many_equal_names_take_no_square_of_time()
    {
        Metainfo metainfo = Parse(MultiInfo([.. Enumerable.Repeat("same.txt", 50_000)]));
        metainfo.Files[^1].RelativePath.Should().Be("top/same.49999.txt");
        metainfo.Warnings.Should().HaveCount(WarningList.MaxLines + 1).And.EndWith("49899 more like these");
    }

    [Fact]
    public void Many_long_names_that_become_equal_take_no_square_of_time()
    {
        string stem = new('x', 260);
        Metainfo metainfo = Parse(MultiInfo([.. Enumerable.Range(0, 20_000).Select(i => $"{stem}{i}")]));
        metainfo.Files.Select(file => file.RelativePath).Should().OnlyHaveUniqueItems();
        PathChecks.ShouldBeSafe(metainfo, PathRules.Posix);
    }

    [Fact]
    public void A_path_is_taken_to_its_depth_and_refused_one_beyond()
    {
        string deepest = string.Join('/', Enumerable.Repeat("d", SafePath.MaxDepth - 1));
        Parse(MultiInfo(deepest)).Files[0].Path.Should().HaveCount(SafePath.MaxDepth);
        ErrorOf(MultiInfo("d/" + deepest)).Should().Contain("more than 63 components");
    }

    [Fact]
    public void A_path_is_taken_to_its_length_and_refused_one_beyond()
    {
        int rest = SafePath.MaxPathBytes - "top/".Length - (8 * 201);
        string longest = string.Join(
            '/', Enumerable.Repeat(new string('d', 200), 8).Append(new string('d', 200)).Append(new string('e', rest - 201)));
        Metainfo metainfo = Parse(MultiInfo(longest));
        metainfo.Files[0].RelativePath.Should().HaveLength(SafePath.MaxPathBytes);
        ErrorOf(MultiInfo(longest + "e")).Should().Contain("longer than 2048 bytes");
    }

    [Fact]
    public void The_outcome_is_the_same_on_every_run()
    {
        var random = new Random(9);
        string[] names = ["a", "A", "a.part", "..", "", "CON", "a.1", "a/b", "a\\b", "x ", "\u00FF"];
        for (int round = 0; round < 500; round++)
        {
            string[] paths =
                [.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => names[random.Next(names.Length)] + "/" + names[random.Next(names.Length)])];
            foreach (PathRules rules in Enum.GetValues<PathRules>())
            {
                Metainfo metainfo = Parse(MultiInfo(paths), rules: rules);
                PathChecks.ShouldBeSafe(metainfo, rules);
                PathsOf(Parse(MultiInfo(paths), rules: rules)).Should().Equal(PathsOf(metainfo));
            }
        }
    }
}
