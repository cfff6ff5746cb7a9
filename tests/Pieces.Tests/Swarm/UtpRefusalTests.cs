using System.Net;
using Pieces.Dht;
using Pieces.Net;
using Pieces.Tests.Support;

namespace Pieces.Tests.Swarm;

/// <summary>A whole client refuses uTP connections on the port of its listener.</summary>
[Collection(SwarmCollection.Name)]
[Trait("Tier", "Swarm")]
public class UtpRefusalTests
{
    private static readonly byte[] Syn = Convert.FromHexString("4100be8a82296edb000000000000000093510000");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_refuses_uTP_with_the_DHT_and_without(bool usesDht)
    {
        await using var swarm = new TestSwarm();
        var settings = new DhtSettings { Bootstrap = [new IPEndPoint(IPAddress.Parse("10.9.9.9"), 6881)] };
        string folder = swarm.NextFolder();
        swarm.Data.WriteContent(folder);
        SwarmMember seed = swarm.Add(
            swarm.NextAddress(), folder, new() { SeedOnly = true, Seed = new() }, dht: usesDht ? settings : null);
        await swarm.ReadyAsync(seed);
        using IDatagramSocket stranger = swarm.Datagrams.Open("10.0.9.9", 7000);
        stranger.TrySend(Syn, CompactEndPoint.From(seed.EndPoint)).Should().BeTrue();
        byte[] reply = new byte[100];
        (int length, CompactEndPoint from) = await stranger.ReceiveAsync(reply, TestContext.Current.CancellationToken)
            .AsTask().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        (length, from).Should().Be((Syn.Length, CompactEndPoint.From(seed.EndPoint)));
        Convert.ToHexStringLower(reply.AsSpan(0, 4)).Should().Be("3100be8a");
        await swarm.EndAsync();
    }

    [Fact]
    public async Task Where_the_port_of_UDP_is_taken_the_client_goes_on_without()
    {
        await using var swarm = new TestSwarm();
        string address = swarm.NextAddress();
        using IDatagramSocket taken = swarm.Datagrams.Open(address, ScriptedHost.Port);
        SwarmMember seed = swarm.AddSeed(address);
        await swarm.ReadyAsync(seed);
        SwarmMember leecher = swarm.AddLeecher(seed.EndPoint);
        await swarm.UntilDoneAsync(leecher);
        seed.Notices.Of<Pieces.Torrents.WarningNotice>().Should().BeEmpty();
        await swarm.EndAsync();
    }
}
