using System.Text.RegularExpressions;
using Pieces.Cli;
using Pieces.Cli.Terminal;
using Pieces.Primitives;
using Pieces.Tests.Metadata;

namespace Pieces.Tests.Primitives;

[Trait("Tier", "Pure")]
public class ProductNameTests
{
    // What Directory.Build.props says, as archives are named by it too.
    private static readonly string Version =
        Regex.Match(File.ReadAllText(Path.Combine(Repository.Root, "Directory.Build.props")), "<Version>(.*)</Version>").Groups[1].Value;

    [Fact]
    public void Program_library_and_peer_id_take_the_version_from_one_place()
    {
        ProductName.Version.Should().Be(Version);
        ProductVersion.Number.Should().Be(Version);
        PeerId.OwnPrefix.Should().Be($"-PC{Version.Replace(".", "", StringComparison.Ordinal)}0-");
    }

    [Fact]
    public void No_other_file_of_the_source_names_it() =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => Regex.IsMatch(
                File.ReadAllText(file),
                $"^[^/\n]*\"([^\"\n]*[^\"\n0-9.])?{Regex.Escape(Version[..Version.LastIndexOf('.')])}[.\" ]",
                RegexOptions.Multiline))
            .Select(Path.GetFileName)
            .Should().BeEmpty();
}
