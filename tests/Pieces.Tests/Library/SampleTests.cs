using System.Net;
using System.Text;
using Pieces.Net;
using Pieces.Primitives;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;
using Pieces.Torrents;
using PiecesSample;

namespace Pieces.Tests.Library;

/// <summary>The sample of docs/library.md does what it says.</summary>
[Trait("Tier", "Loopback")]
public sealed class SampleTests : IDisposable
{
    private static readonly TestTorrent Torrent = new("film.bin", 400_000, 32 * 1024);

    private readonly TempFolder _folder = new();

    private static TorrentClientOptions Options => new() { FirstPort = 0, LastPort = 0, Dht = null, Binding = new LocalBinding(IPAddress.Loopback) };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_torrent_is_downloaded_in_one_call()
    {
        await using var seeder = new RecordingSeeder(Torrent);
        IPEndPoint at = IPEndPoint.Parse(seeder.Address);
        byte[] answer = [.. "d8:intervali1800e5:peers6:"u8, .. at.Address.GetAddressBytes(), (byte)(at.Port >> 8), (byte)at.Port, (byte)'e'];
        await using ScriptedHttpServer tracker = ScriptedHttpServer.Answering("200 OK", answer);
        string url = tracker.Url("/announce").ToString();
        byte[] announce = Encoding.ASCII.GetBytes($"d8:announce{url.Length}:{url}");
        string torrent = _folder.Write("film.torrent", [.. announce, .. Torrent.TorrentBytes[1..]]);
        await Sample.DownloadAsync(torrent, _folder["out"], Options, TestContext.Current.CancellationToken);
        Torrent.ShouldBeCompleteIn(_folder["out"]);
    }

    [Fact]
    public async Task A_torrent_is_limited_listed_found_and_removed()
    {
        IReadOnlyList<string> seen = await Sample.ManageAsync(Torrent.WriteTorrent(_folder.Path), _folder["out"], Options);
        seen.Should().Equal($"{Torrent.Metainfo.InfoHash}: 65536 B/s", $"found: True, left: 0, phase: {TorrentPhase.Stopped}");
    }

    [Fact]
    public async Task A_download_whose_progress_cannot_be_reported_does_not_go_on()
    {
        await using TorrentClient client = new(Options);
        Func<Task> download = () => client.DownloadAsync(
            Torrent.Metainfo, _folder["out"], new BrokenProgress(), TestContext.Current.CancellationToken);
        await download.Should().ThrowAsync<InvalidOperationException>();
        client.Torrents.Should().BeEmpty();
    }

    [Fact]
    public async Task A_torrent_of_another_client_cannot_be_removed_and_options_are_checked()
    {
        await using TorrentClient first = new(Options), second = new(Options);
        var options = new TorrentOptions { OutputDirectory = _folder["out"] };
        Torrent torrent = await first.AddAsync(Torrent.Metainfo, options, TestContext.Current.CancellationToken);
        await FluentActions.Awaiting(() => second.RemoveAsync(torrent)).Should().ThrowAsync<ArgumentException>();
        await torrent.DisposeAsync();
        await second.RemoveAsync(torrent);
        FluentActions.Invoking(() => new TorrentOptions { MaxPeers = -1 }.Validate()).Should().Throw<ArgumentOutOfRangeException>();
        var negative = new TorrentOptions { DownloadLimit = new ByteRate(-1) };
        FluentActions.Invoking(negative.Validate).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public async Task A_call_that_is_cancelled_or_refused_opens_no_port_and_adds_nothing()
    {
        await using var client = new TorrentClient(Options);
        var options = new TorrentOptions { OutputDirectory = _folder["out"] };
        CancellationToken cancelled = new(canceled: true), token = TestContext.Current.CancellationToken;
        await FluentActions.Awaiting(() => client.AddAsync(Torrent.Metainfo, options, cancelled)).Should().ThrowAsync<OperationCanceledException>();
        await FluentActions.Awaiting(() => client.AddAsync(Torrent.Metainfo, options with { MaxPeers = -1 }, token))
            .Should().ThrowAsync<ArgumentOutOfRangeException>();
        client.ListenPort.Should().Be(0);

        await using Torrent torrent = await client.AddAsync(Torrent.Metainfo, options, token);
        await FluentActions.Awaiting(() => client.AddAsync(Torrent.Metainfo, options, cancelled)).Should().ThrowAsync<OperationCanceledException>();
        client.Torrents.Should().Equal(torrent);
    }

    private sealed class BrokenProgress : IProgress<TorrentSnapshot>
    {
        public void Report(TorrentSnapshot value) => throw new InvalidOperationException("broken");
    }
}
