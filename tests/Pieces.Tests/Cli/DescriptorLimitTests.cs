using Pieces.Cli.Transfers;
using Pieces.Torrents;

namespace Pieces.Tests.Cli;

[Trait("Tier", "Pure")]
public class DescriptorLimitTests
{
    private static readonly TransferSettings Settings = new() { Client = new TorrentClientOptions(), Torrent = new TorrentOptions() };

    private readonly List<string> _warnings = [];

    [Fact]
    public void Where_there_is_room_nothing_changes()
    {
        DescriptorLimit.Fit(Settings, 1, most: 1024, open: 20, _warnings.Add).Should().BeSameAs(Settings);
        _warnings.Should().BeEmpty();
    }

    [Theory]
    [InlineData(64, 12, 1)]
    [InlineData(40, 12, 1)]
    [InlineData(16, 12, 1)]
    [InlineData(256, 12, 10)]
    public void Where_there_is_little_peers_and_files_fit_and_one_line_says_so(int most, int open, int torrents)
    {
        TransferSettings fitted = DescriptorLimit.Fit(Settings, torrents, most, open, _warnings.Add);
        fitted.Client.MaxConnections.Should().BePositive();
        fitted.Client.MaxOpenFiles.Should().BeGreaterThanOrEqualTo(4);
        fitted.Client.Validate();
        if (most > 40)
            (open + fitted.Client.MaxOpenFiles + (fitted.Client.MaxConnections * 5 / 4) + (6 * torrents)).Should().BeLessThan(most);
        _warnings.Should().ContainSingle().Which.Should().Contain($"only {most} files").And.Contain("ulimit -n");
    }
}
