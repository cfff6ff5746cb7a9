using System.Net;
using System.Text;
using Pieces.Net;
using Pieces.Primitives;
using Pieces.Tests.Support;
using Pieces.Trackers;

namespace Pieces.Tests.Trackers;

/// <summary>Our tracker client with opentracker.</summary>
[Trait("Tier", "Interop")]
public class OpentrackerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("http")]
    [InlineData("udp")]
    public async Task Peers_find_each_other(string scheme)
    {
        await using RunningOpentracker running = await RunningOpentracker.StartAsync();
        using ITracker tracker = running.Tracker(scheme);
        await tracker.AnnounceAsync(Announces.Of(port: 1001, left: 0), Token);
        AnnounceResponse second = await tracker.AnnounceAsync(
            Announces.Of(port: 1002) with { PeerId = PeerId.FromBytes("another-peer-id-----"u8) }, Token);
        second.Peers.Should().Contain(IPEndPoint.Parse("127.0.0.1:1001"));
        second.Interval.Should().BeGreaterThan(TimeSpan.FromMinutes(1));
        ScrapeResponse counts = await tracker.ScrapeAsync(Announces.InfoHash, Token);
        (counts.Seeders, counts.Leechers).Should().Be((1, 1));
    }

    [Theory]
    [InlineData("http")]
    [InlineData("udp")]
    public async Task One_that_stops_is_gone(string scheme)
    {
        await using RunningOpentracker running = await RunningOpentracker.StartAsync();
        using ITracker tracker = running.Tracker(scheme);
        await tracker.AnnounceAsync(Announces.Of(port: 1001), Token);
        await tracker.AnnounceAsync(Announces.Of(AnnounceEvent.Stopped, port: 1001), Token);
        (await tracker.AnnounceAsync(Announces.Of(port: 1002), Token)).Peers.Should().NotContain(IPEndPoint.Parse("127.0.0.1:1001"));
    }

    [Fact]
    public async Task A_torrent_it_does_not_serve_is_refused_by_HTTP()
    {
        await using RunningOpentracker running = await RunningOpentracker.StartAsync();
        using ITracker tracker = running.Tracker("http");
        AnnounceRequest request = Announces.Of() with { InfoHash = SwarmKey.FromBytes("another-infohash----"u8) };
        (await tracker.Invoking(it => it.AnnounceAsync(request, Token)).Should().ThrowAsync<TrackerException>()).Which.IsRefusal.Should().BeTrue();
    }

    private sealed class RunningOpentracker : IAsyncDisposable
    {
        private static readonly SwarmKey Probe = SwarmKey.FromBytes("is-it-ready-already?"u8);

        private readonly RealProcess _process;
        private readonly DirectoryInfo _folder;
        private readonly int _port;

        private RunningOpentracker(RealProcess process, DirectoryInfo folder, int port)
        {
            _process = process;
            _folder = folder;
            _port = port;
        }

        public static async Task<RunningOpentracker> StartAsync()
        {
            string path = RealProcess.Find("opentracker");
            DirectoryInfo folder = Directory.CreateTempSubdirectory("pieces-opentracker-");

            // If opentracker is started by root, it switches to another user, which must be able to read the list. The packaged program serves only
            // listed torrents.
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(folder.FullName, (UnixFileMode)0b111_101_101);
            string list = Path.Combine(folder.FullName, "list");
            await File.WriteAllTextAsync(list, $"{Announces.InfoHash}\n{Probe}\n", Encoding.ASCII, Token);
            int port = FreePort.Find();
            string number = port.ToString(System.Globalization.CultureInfo.InvariantCulture);
            string[] user = Environment.IsPrivilegedProcess ? ["-u", "nobody"] : [];
            var process = new RealProcess(path, ["-i", "127.0.0.1", "-p", number, "-P", number, "-d", folder.FullName, "-w", "list", .. user]);
            var running = new RunningOpentracker(process, folder, port);
            await process.UntilListeningAsync(new IPEndPoint(IPAddress.Loopback, port), Token);
            await running.UntilListIsReadAsync();
            return running;
        }

        // opentracker listens before it has read its list, and refuses all requests until then.
        private async Task UntilListIsReadAsync()
        {
            using ITracker tracker = Tracker("http");
            for (int tries = 0; ; tries++)
            {
                try
                {
                    await tracker.AnnounceAsync(Announces.Of() with { InfoHash = Probe }, Token);
                    return;
                }
                catch (TrackerException refusal) when (refusal.IsRefusal && tries < 500)
                {
                    await Task.Delay(20, Token);
                }
            }
        }

        public ITracker Tracker(string scheme)
        {
            TrackerFactory.TryCreate(
                $"{scheme}://127.0.0.1:{_port}/announce",
                new TrackerSettings { Outbound = new Outbound(), Addresses = new AddressPolicy() },
                new Random(1),
                out ITracker? tracker,
                out _).Should().BeTrue();
            return tracker!;
        }

        public async ValueTask DisposeAsync()
        {
            await _process.DisposeAsync();
            _folder.Delete(recursive: true);
        }
    }
}
