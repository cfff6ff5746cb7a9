using Pieces.Tests.Support;

namespace Pieces.Tests.Interop;

/// <summary>
/// Transmission decides only every ten seconds from which peers it requests and which ones it unchokes, and no setting changes that. So each of its
/// tests mostly waits. They are in several classes, which run in parallel.
/// </summary>
[LongChain(Seconds = 70)]
[Trait("Tier", "Interop")]
public sealed class TransmissionDownloadTests
{
    /// <inheritdoc cref="RealPeerTests.DownloadAsync"/>
    [Theory]
    [InlineData(TrackerKind.OpenTrackerHttp, SampleShape.OneFile)]
    [InlineData(TrackerKind.OpenTrackerUdp, SampleShape.SeveralFiles)]
    [InlineData(TrackerKind.PiecesTrackerHttp, SampleShape.OneFile)]
    public Task It_downloads_what_Transmission_seeds(TrackerKind tracker, SampleShape shape) =>
        RealPeerTests.DownloadAsync("Transmission", tracker, shape);

    /// <inheritdoc cref="RealPeerStreamTests.StreamAsync"/>
    [Fact]
    public Task It_streams_what_Transmission_seeds() => RealPeerStreamTests.StreamAsync("Transmission");
}

/// <inheritdoc cref="TransmissionDownloadTests"/>
[LongChain(Seconds = 55)]
[Trait("Tier", "Interop")]
public sealed class TransmissionSeedTests
{
    /// <inheritdoc cref="RealPeerTests.SeedAsync"/>
    [Theory]
    [InlineData(TrackerKind.OpenTrackerHttp, SampleShape.SeveralFiles)]
    [InlineData(TrackerKind.OpenTrackerUdp, SampleShape.OneFile)]
    [InlineData(TrackerKind.PiecesTrackerUdp, SampleShape.SeveralFiles)]
    public Task It_seeds_what_Transmission_downloads(TrackerKind tracker, SampleShape shape) =>
        RealPeerTests.SeedAsync("Transmission", tracker, shape);
}

/// <inheritdoc cref="TransmissionDownloadTests"/>
[LongChain(Seconds = 70)]
[Trait("Tier", "Interop")]
public sealed class TransmissionEncryptionTests
{
    /// <inheritdoc cref="EncryptedPeerTests.DownloadAsync"/>
    [Theory]
    [InlineData("prefer")]
    [InlineData("require")]
    public Task It_downloads_from_Transmission_that_requires_encryption(string policy) => EncryptedPeerTests.DownloadAsync("Transmission", policy);

    /// <inheritdoc cref="EncryptedPeerTests.SeedAsync"/>
    [Theory]
    [InlineData("prefer")]
    [InlineData("require")]
    public Task It_seeds_to_Transmission_that_requires_encryption(string policy) => EncryptedPeerTests.SeedAsync("Transmission", policy);
}

/// <inheritdoc cref="TransmissionDownloadTests"/>
[LongChain(Seconds = 55)]
[Trait("Tier", "Interop")]
public sealed class TransmissionMagnetTests
{
    /// <inheritdoc cref="MagnetPeerTests.GetFromNamedPeerAsync"/>
    [Fact]
    public Task It_gets_a_magnet_whose_only_peer_is_Transmission_named_by_the_link() =>
        MagnetPeerTests.GetFromNamedPeerAsync("Transmission", SampleShape.SeveralFiles);

    /// <inheritdoc cref="MagnetPeerTests.GetByTrackerAsync"/>
    [Fact]
    public Task It_gets_a_magnet_by_its_tracker_from_Transmission() => MagnetPeerTests.GetByTrackerAsync("Transmission", SampleShape.OneFile);

    /// <inheritdoc cref="MagnetPeerTests.GiveAsync"/>
    [Fact]
    public Task Transmission_gets_a_magnet_whose_only_peer_it_is() => MagnetPeerTests.GiveAsync("Transmission", SampleShape.OneFile);
}

/// <inheritdoc cref="TransmissionDownloadTests"/>
[LongChain(Seconds = 65)]
[Trait("Tier", "Interop")]
public sealed class TransmissionDhtTests
{
    /// <inheritdoc cref="DhtInteropTests.FindAsync"/>
    [Fact]
    public Task We_find_a_peer_that_Transmission_announces() => DhtInteropTests.FindAsync("Transmission");

    /// <inheritdoc cref="DhtInteropTests.BeFoundAsync"/>
    [Fact]
    public Task Transmission_finds_a_peer_that_we_announce() => DhtInteropTests.BeFoundAsync("Transmission");
}

/// <inheritdoc cref="TransmissionDownloadTests"/>
[LongChain(Seconds = 95)]
[Trait("Tier", "Interop")]
public sealed class TransmissionDhtMagnetTests
{
    /// <inheritdoc cref="DhtMagnetTests.GetFoundAsync"/>
    [Fact]
    public Task It_gets_a_magnet_whose_only_peer_is_Transmission_found_in_the_DHT() => DhtMagnetTests.GetFoundAsync("Transmission");

    /// <summary>The DHT consists only of nodes of the program under test, one of which has the content.</summary>
    [Fact]
    public async Task Transmission_gets_a_magnet_in_a_DHT_that_is_nobody_else()
    {
        RealPeers.Require("Transmission");
        await using var space = new DhtSpace();
        await DhtMagnetTests.GiveAsync(space, "Transmission", space.AddOwnCrowd());
    }
}

/// <inheritdoc cref="TransmissionDownloadTests"/>
[LongChain(Seconds = 65)]
[Trait("Tier", "Interop")]
public sealed class TransmissionDhtSearchTests
{
    /// <summary>Transmission searches only if it knows more than eight nodes, so this DHT contains other nodes too.</summary>
    [Fact]
    public async Task Transmission_gets_a_magnet_whose_only_peer_it_is()
    {
        DhtMagnetTests.RequireAll("Transmission");
        await using var space = new DhtSpace();
        await DhtMagnetTests.GiveAsync(space, "Transmission", space.AddCrowd());
    }
}
