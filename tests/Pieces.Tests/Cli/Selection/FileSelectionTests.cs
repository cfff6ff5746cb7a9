using System.Collections.Immutable;
using Pieces.Cli.Failures;
using Pieces.Cli.Selection;
using Pieces.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Cli.Selection;

[Trait("Tier", "Pure")]
public class FileSelectionTests
{
    // Numbers as a user sees them: 1 film.mkv, 2 sub/en.srt, 3 sub/de.srt, 4 extras/film.mkv, 5 3
    private static readonly Metainfo Torrent = TestTorrent.OfNames(
        "data", 1024, ("film.mkv", 2000), (".pad/48", 48), ("sub/en.srt", 100), ("sub/de.srt", 100), ("extras/film.mkv", 300), ("3", 10)).Metainfo;

    private readonly List<string> _warnings = [];

    [Theory]
    [InlineData("*.mkv", "0 4")]
    [InlineData("film.mkv", "0 4")]
    [InlineData("/film.mkv", "0")]
    [InlineData("./film.mkv", "0")]
    [InlineData("data/film.mkv", "0")]
    [InlineData("**/film.mkv", "0 4")]
    [InlineData("sub/*", "2 3")]
    [InlineData("sub/", "2 3")]
    [InlineData("data/sub/", "2 3")]
    [InlineData("data/", "0 2 3 4 5")]
    [InlineData("*/film.mkv", "0 4")]
    [InlineData("{sub,extras}/[df]*", "3 4")]
    [InlineData("2", "2")]
    [InlineData("2-3", "2 3")]
    [InlineData("1 5", "0 5")]
    [InlineData("3", "3")]
    [InlineData("./3", "5")]
    [InlineData("[3]", "5")]
    [InlineData("-x *.mkv", "2 3 5")]
    [InlineData("* -x sub/", "0 4 5")]
    [InlineData("*.srt -x 2", "3")]
    public void Files_are_chosen_by_pattern_and_number_and_padding_never(string values, string indexes)
    {
        ImmutableArray<int>? chosen = Of(values).Choose(Torrent, _warnings.Add);
        string all = string.Join(' ', chosen ?? [.. Torrent.Files.Where(file => file.IsOnDisk).Select(file => file.Index)]);
        all.Should().Be(indexes);
        _warnings.Should().BeEmpty();
    }

    [Theory]
    [InlineData("**", "0 2 3 4 5")]
    [InlineData("1-5", "0 2 3 4 5")]
    [InlineData("-x *.mkv", "2 3 5")]
    public void For_a_link_all_that_the_user_selects_is_named_so_that_the_links_own_word_does_not_count(string values, string indexes) =>
        string.Join(' ', Of(values).ChooseOfLink(Torrent, _warnings.Add)!.Value).Should().Be(indexes);

    [Fact]
    public void Without_a_word_of_the_user_a_link_selects_for_itself() =>
        FileSelection.All.ChooseOfLink(Torrent, _warnings.Add).Should().BeNull();

    [Theory]
    [InlineData("*.iso", "data: --select \"*.iso\" matches no file (")]
    [InlineData(".pad/*", "data: --select \".pad/*\" matches no file (")]
    [InlineData("Film.mkv", "data: --select \"Film.mkv\" matches no file (")]
    [InlineData("6", "data: --select \"6\" is beyond the last file, number 5 (")]
    [InlineData("*.iso *.img", "data: --select \"*.iso\" matches no file, nor does any of 1 more (")]
    [InlineData("-x **", "data: --exclude leaves no file (")]
    [InlineData("*.mkv -x film*", "data: --select and --exclude leave no file (")]
    public void Nothing_chosen_is_a_failure_that_names_the_pattern(string values, string says)
    {
        FailureException failure = FluentActions.Invoking(() => Of(values).Choose(Torrent, _warnings.Add)).Should().Throw<FailureException>().Which;
        failure.Code.Should().Be(ExitCode.BadTorrent);
        failure.Message.Should().StartWith(says);
    }

    [Theory]
    [InlineData("*.mkv *.iso", "data: --select \"*.iso\" matches no file")]
    [InlineData("* -x *.iso", "data: --exclude \"*.iso\" matches no file")]
    [InlineData("4-9", "data: --select \"4-9\" goes beyond the last file, number 5")]
    public void A_pattern_of_several_that_means_nothing_is_a_warning(string values, string warning)
    {
        Of(values).Choose(Torrent, _warnings.Add);
        _warnings.Should().Equal(warning);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("5-3")]
    [InlineData("0-3")]
    [InlineData("99999999999")]
    [InlineData("")]
    public void What_can_be_no_number_of_any_torrent_is_refused_before_one_is_read(string value) =>
        FluentActions.Invoking(() => FilePattern.Parse(value)).Should().Throw<FormatException>();

    [Fact]
    public void All_files_are_no_selection_at_all()
    {
        Of("**").Choose(Torrent, _warnings.Add).Should().BeNull();
        FileSelection.All.Choose(Torrent, _warnings.Add).Should().BeNull();
    }

    [Fact]
    public void The_only_file_of_a_torrent_can_be_named()
    {
        Metainfo single = new TestTorrent("film.mkv", 5).Metainfo;
        Of("*.mkv").Choose(single, _warnings.Add).Should().BeNull();
        Of("1").Choose(single, _warnings.Add).Should().BeNull();
    }

    private static FileSelection Of(string values)
    {
        string[] sides = values.Split("-x ");
        return new FileSelection(Patterns(sides[0]), sides.Length > 1 ? Patterns(sides[1]) : []);
    }

    private static ImmutableArray<FilePattern> Patterns(string values) =>
        [.. values.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(FilePattern.Parse)];
}
