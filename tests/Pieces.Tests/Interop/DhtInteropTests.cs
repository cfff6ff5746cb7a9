using System.Net;
using System.Net.Sockets;
using Pieces.Tests.Support;

namespace Pieces.Tests.Interop;

/// <summary>Our DHT node and other people's in one closed network: what one side announces, the other finds.</summary>
[LongChain(Seconds = 20)]
[Trait("Tier", "Interop")]
public sealed class DhtInteropTests
{
    // Transmission pings one node a second at first, and aria2 looks at its table every few seconds.
    private static readonly TimeSpan FindLimit = TimeSpan.FromSeconds(100);

    [Theory]
    [InlineData("libtorrent")]
    [InlineData("aria2")]
    public Task We_find_a_peer_that_another_client_announces(string name) => FindAsync(name);

    [Theory]
    [InlineData("libtorrent")]
    [InlineData("aria2")]
    public Task Another_client_finds_a_peer_that_we_announce(string name) => BeFoundAsync(name);

    /// <summary>A client announces itself; our nodes find it.</summary>
    internal static async Task FindAsync(string name)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        await using DhtScene scene = DhtScene.Set(Require(name), hasContent: true);
        await Eventually.TrueAsync(
            () => scene.FindsAsync(scene.Client!, cancellationToken), FindLimit, () => $"{name} to be found at {scene.Client}", cancellationToken);
    }

    /// <summary>Our nodes announce a port; a client dials it.</summary>
    internal static async Task BeFoundAsync(string name)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        await using DhtScene scene = DhtScene.Set(Require(name), hasContent: false);
        using TcpListener listener = scene.Listen();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        int keepers = 0;
        // Nobody but the DHT can have told it of this port.
        await Eventually.TrueAsync(
            async () =>
            {
                keepers = Math.Max(keepers, await scene.AnnounceAsync(port, cancellationToken));
                return listener.Pending();
            },
            FindLimit,
            () => $"{name} to connect to port {port}, which {keepers} announces told it of",
            cancellationToken);
    }

    private static DhtClient Require(string name)
    {
        RealPeers.Require(name);
        return DhtClient.Of(name);
    }
}
