using System.Globalization;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;

namespace Pieces.Tests.Loopback;

/// <summary>The unit file of docs/guide.md.</summary>
[Trait("Tier", "Loopback")]
public sealed class GuideServiceTests(GuideSwarm swarm) : IClassFixture<GuideSwarm>
{
    private const string Installed = "/usr/local/bin/pieces";
    private const string Torrents = "/etc/pieces";
    private const string State = "/var/lib/pieces";

    [Fact]
    public async Task Systemd_finds_nothing_wrong_with_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "systemd is of Linux");
        string? analyze = ((string[])["/usr/bin/systemd-analyze", "/bin/systemd-analyze"]).FirstOrDefault(File.Exists);
        Assert.SkipWhen(analyze is null, "systemd-analyze is not installed");
        using var folder = new TempFolder();
        string unit = GuideRecipes.Block("systemd").Replace(Installed, PiecesProcess.Executable, StringComparison.Ordinal);
        string path = folder.Write("pieces-film.service", System.Text.Encoding.UTF8.GetBytes(unit));
        (int exitCode, string output) = await ShellRun.RunAsync(analyze!, ["verify", path], folder.Path);
        output.Split('\n').Where(line => line.Contains("pieces-film", StringComparison.Ordinal)).Should().BeEmpty();
        exitCode.Should().Be(0, output);
    }

    [Fact]
    public async Task Its_command_fetches_serves_and_ends_with_success_at_the_ratio()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the guide is for POSIX shells");
        using var folder = new TempFolder();
        swarm.CopyTorrentsTo(folder.Path);
        int port = FreePort.Find();
        string command = Command().Replace(Installed, "pieces", StringComparison.Ordinal)
            .Replace(Torrents, folder.Path, StringComparison.Ordinal).Replace(State, folder.Path, StringComparison.Ordinal);
        var environment = new Dictionary<string, string> { ["PIECES_PORT"] = port.ToString(CultureInfo.InvariantCulture) };
        await using PiecesProcess service = swarm.Start(command, folder.Path, environment);
        await service.WaitForErrorTextAsync("film.mkv: seeding");
        for (int i = 0; i < 2; i++)
        {
            string[] leecher = PiecesCommand.DownloadFrom($"127.0.0.1:{port}", folder["film.torrent"], folder[$"taken-{i}"]);
            PiecesResult taken = await PiecesProcess.RunAsync(leecher);
            taken.ExitCode.Should().Be(0, taken.StandardError);
        }

        PiecesResult result = await service.WaitAsync();
        result.ExitCode.Should().Be(0, result.StandardError);
        File.ReadAllBytes(folder["film.mkv"]).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Join(swarm.Origin, "film.mkv"))).Should().BeTrue();
    }

    private static string Command() =>
        GuideRecipes.Block("systemd").Split('\n').Single(line => line.StartsWith("ExecStart=", StringComparison.Ordinal))["ExecStart=".Length..];
}
