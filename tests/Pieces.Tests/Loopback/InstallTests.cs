using Pieces.Tests.Cli;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

/// <summary><c>make install</c> and <c>make uninstall</c> with the program under test.</summary>
[Trait("Tier", "Loopback")]
public sealed class InstallTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pieces-install-").FullName;

    [Theory]
    [InlineData("/usr")]
    [InlineData("/opt/two words")]
    public async Task Everything_goes_below_the_prefix_and_away_again(string prefix)
    {
        string built = Path.Combine(_folder, "built");
        string root = Path.Combine(_folder, "root");
        (await PiecesProcess.RunAsync("help", "--share-files", Path.Combine(built, "share"))).ExitCode.Should().Be(0);
        File.Copy(PiecesProcess.Executable, Path.Combine(built, "pieces"));

        (await MakeAsync("install", built, root, prefix)).Should().Be(0);
        string place = root + prefix;
        (await ShellRun.RunAsync("test", ["-x", $"{place}/bin/pieces"])).ExitCode.Should().Be(0);
        string[] files =
        [
            "man/man1/pieces.1", "man/man1/pieces-download.1", "bash-completion/completions/pieces", "zsh/site-functions/_pieces",
            "fish/vendor_completions.d/pieces.fish",
        ];
        foreach (string file in files)
            File.Exists($"{place}/share/{file}").Should().BeTrue("{0} is installed", file);
        string strange = Path.Combine(place, "share/man/man1/other.1");
        await File.WriteAllTextAsync(strange, string.Empty, TestContext.Current.CancellationToken);

        (await MakeAsync("uninstall", built, root, prefix)).Should().Be(0);
        Directory.GetFiles(root, "*", SearchOption.AllDirectories).Should().Equal(strange);
    }

    [Fact]
    public async Task Nothing_is_installed_before_it_is_built() =>
        (await MakeAsync("install", Path.Combine(_folder, "nowhere"), _folder, "/usr")).Should().NotBe(0);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<int> MakeAsync(string target, string built, string root, string prefix)
    {
        string make = RealProcess.Find("make");
        string[] arguments = ["-s", "-C", RepositoryRoot(), target, $"BUILT={built}", $"DESTDIR={root}", $"PREFIX={prefix}"];
        return (await ShellRun.RunAsync(make, arguments)).ExitCode;
    }

    private static string RepositoryRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Makefile")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("the tests do not run below the repository");
    }
}
