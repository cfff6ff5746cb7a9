using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Pieces.Net;
using Pieces.Tests.Interop;
using Pieces.Tests.Metadata;
using Pieces.Tests.Support;
using Pieces.Torrents;

namespace Pieces.Tests.Loopback;

/// <summary>What an observer of two swarms can find out about a client that is in both.</summary>
[Trait("Tier", "Loopback")]
public partial class PeerIdTests
{
    [Fact]
    public async Task Each_torrent_has_a_peer_id_of_its_own_and_keeps_it()
    {
        using var folder = new TempFolder();
        var notices = new SwarmNotices();
        await using ScriptedHttpServer tracker = ScriptedHttpServer.Answering("200 OK", Encoding.ASCII.GetBytes("d8:intervali1800e5:peers0:e"));
        await using (var client = new TorrentClient(
            new TorrentClientOptions { FirstPort = 0, LastPort = 0, Dht = null, Binding = new LocalBinding(IPAddress.Loopback) }))
        {
            for (int i = 1; i <= 2; i++)
            {
                var torrent = new TestTorrent($"t{i}.bin", 80 * 1024, 32 * 1024, seed: i);
                await client.AddAsync(
                    torrent.Metainfo,
                    new TorrentOptions
                    {
                        OutputDirectory = folder["out"],
                        ExtraTrackers = [tracker.Url("/announce").ToString()],
                        UseLocalDiscovery = false,
                        Progress = notices,
                    },
                    TestContext.Current.CancellationToken);
            }

            // A tracker whose answer to "started" has not arrived is not told "stopped".
            await Eventually.TrueAsync(
                () => notices.Of<TrackerNotice>().Count() == 2, TimeSpan.FromSeconds(30), () => "both announces to be answered",
                TestContext.Current.CancellationToken);
        }

        // Both torrents have announced "started" and "stopped".
        string[] ids = [.. tracker.Targets.Select(target => IdIn().Match(target).Groups[1].Value)];
        ids.Should().HaveCount(4);
        ids.Distinct().Should().HaveCount(2);
    }

    [GeneratedRegex("peer_id=([^&]+)")]
    private static partial Regex IdIn();
}
