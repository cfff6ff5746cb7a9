using System.Net;
using Pieces.Net;
using Pieces.Tests.Support;

namespace Pieces.Tests.Swarm;

/// <summary>A client applies one address policy to every address, whatever the source of the address.</summary>
[Collection(SwarmCollection.Name)]
[Trait("Tier", "Swarm")]
public class AddressPolicyTests
{
    [Fact]
    public async Task A_blocked_peer_is_not_dialled()
    {
        await using var swarm = new TestSwarm();
        SwarmMember blocked = swarm.AddSeed();
        SwarmMember seed = swarm.AddSeed();
        swarm.Addresses = Blocking(blocked);
        SwarmMember leecher = swarm.AddLeecher(blocked.EndPoint, seed.EndPoint);
        await swarm.UntilDoneAsync(leecher);
        leecher.ConnectionsOf(blocked.Address).Should().Be(0);
        swarm.Network.DialsTo(blocked.Address).Should().Be(0);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task A_blocked_peer_that_dials_us_is_closed_before_its_handshake_is_read()
    {
        await using var swarm = new TestSwarm();
        string address = swarm.NextAddress();
        swarm.Addresses = new AddressPolicy(remote => remote == CompactEndPoint.From(IPAddress.Parse(address), 0));
        SwarmMember seed = swarm.AddSeed();
        await swarm.ReadyAsync(seed);
        await using ITransportConnection connection = await swarm.Network.Host(address).ConnectAsync(
            seed.EndPoint, TestContext.Current.CancellationToken);
        byte[] buffer = new byte[1];
        (await connection.Stream.ReadAsync(buffer, TestContext.Current.CancellationToken)).Should().Be(
            0, "nothing was sent, and the stream is closed");
        seed.ConnectionsOf(address).Should().Be(0);
        await connection.DisposeAsync();
        await swarm.EndAsync();
    }

    private static AddressPolicy Blocking(SwarmMember member) =>
        new(remote => remote == CompactEndPoint.From(IPAddress.Parse(member.Address), 0));
}
