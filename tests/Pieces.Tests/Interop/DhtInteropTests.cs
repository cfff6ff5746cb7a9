using System.Net;
using System.Net.Sockets;
using Pieces.Tests.Support;

namespace Pieces.Tests.Interop;

/// <summary>Our DHT node and those of other clients in one closed network: each side finds what the other announces.</summary>
[LongChain(Seconds = 20)]
[Trait("Tier", "Interop")]
public sealed class DhtInteropTests
{
    // At first, Transmission pings one node per second, and aria2 checks its table only every few seconds.
    private static readonly TimeSpan FindLimit = TimeSpan.FromSeconds(100);

    [Theory]
    [InlineData("libtorrent")]
    [InlineData("aria2")]
    public Task We_find_a_peer_that_another_client_announces(string name) => FindAsync(name);

    [Theory]
    [InlineData("libtorrent")]
    [InlineData("aria2")]
    public Task Another_client_finds_a_peer_that_we_announce(string name) => BeFoundAsync(name);

    /// <summary>A client announces itself, and our nodes find it.</summary>
    internal static async Task FindAsync(string name)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        await using DhtScene scene = DhtScene.Set(Require(name), hasContent: true);
        await Eventually.TrueAsync(
            () => scene.FindsAsync(scene.Client!, cancellationToken), FindLimit, () => $"{name} to be found at {scene.Client}", cancellationToken);
    }

    /// <summary>Our nodes announce a port, and a client dials it.</summary>
    internal static async Task BeFoundAsync(string name)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        await using DhtScene scene = DhtScene.Set(Require(name), hasContent: false);
        using TcpListener listener = scene.Listen();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        int keepers = 0;
        // The client can have received this port only from the DHT.
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
