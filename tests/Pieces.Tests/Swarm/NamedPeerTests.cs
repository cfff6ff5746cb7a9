using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Pieces.Tests.Support;
using Pieces.Torrents;

namespace Pieces.Tests.Swarm;

/// <summary>Peers that the user names by a host name.</summary>
[Collection(SwarmCollection.Name)]
[Trait("Tier", "Swarm")]
public class NamedPeerTests
{
    [Fact]
    public async Task A_peer_given_by_name_is_dialled_at_the_addresses_of_the_name()
    {
        await using var swarm = new TestSwarm();
        SwarmMember seed = swarm.AddSeed();
        await swarm.ReadyAsync(seed);
        var asked = new ConcurrentQueue<string>();
        swarm.Resolve = (host, _) =>
        {
            asked.Enqueue(host);
            return Task.FromResult<IPAddress[]>([IPAddress.Parse(seed.Address)]);
        };
        SwarmMember leecher = Add(swarm, new DnsEndPoint("seed.example", seed.EndPoint.Port));
        await swarm.UntilDoneAsync(leecher);
        asked.Should().Equal("seed.example");
        leecher.Notices.Of<WarningNotice>().Should().BeEmpty();
        await swarm.EndAsync();
    }

    [Fact]
    public async Task A_name_that_cannot_be_resolved_is_a_warning_and_is_tried_again()
    {
        await using var swarm = new TestSwarm();
        SwarmMember seed = swarm.AddSeed();
        await swarm.ReadyAsync(seed);
        int tries = 0;
        swarm.Resolve = (_, _) => Interlocked.Increment(ref tries) == 1
            ? Task.FromException<IPAddress[]>(new SocketException((int)SocketError.TryAgain))
            : Task.FromResult<IPAddress[]>([IPAddress.Parse(seed.Address)]);
        SwarmMember leecher = Add(swarm, new DnsEndPoint("late.example", seed.EndPoint.Port));
        await swarm.UntilDoneAsync(leecher);
        tries.Should().Be(2);
        leecher.Notices.Of<WarningNotice>().Should().ContainSingle()
            .Which.Message.Should().StartWith("late.example: the name of a peer cannot be resolved: ");
        await swarm.EndAsync();
    }

    [Fact]
    public async Task One_name_too_many_in_a_link_is_not_resolved_and_that_is_a_warning()
    {
        await using var swarm = new TestSwarm();
        var asked = new ConcurrentQueue<string>();
        swarm.Resolve = (host, _) =>
        {
            asked.Enqueue(host);
            return Task.FromResult<IPAddress[]>([]);
        };
        string[] names = [.. Enumerable.Range(0, PeerNames.MaxOfStrangers + 1).Select(i => $"peer{i}.example")];
        SwarmMember leecher = swarm.AddMagnet(swarm.LinkTo().WithPeers(names.Select(name => new DnsEndPoint(name, 1))));
        IEnumerable<string> Refusals() => leecher.Notices.Of<WarningNotice>().Select(notice => notice.Message)
            .Where(message => message.Contains("other names of peers", StringComparison.Ordinal));
        await swarm.UntilAsync(() => asked.Count >= PeerNames.MaxOfStrangers && Refusals().Any(), "the names are resolved");
        await swarm.CompleteHonestlyAsync(leecher);
        asked.Distinct().Should().BeEquivalentTo(names[..PeerNames.MaxOfStrangers]);
        Refusals().Should().ContainSingle().Which.Should().StartWith(names[^1]);
        await swarm.EndAsync();
    }

    [Fact]
    public async Task One_address_too_many_of_a_name_is_not_dialled()
    {
        await using var swarm = new TestSwarm();
        ScriptedHost[] hosts = [.. Enumerable.Range(0, PeerNames.MaxAddresses + 1).Select(_ => swarm.AddHost(async session =>
        {
            await session.HandshakeAsync();
            await session.UntilClosedAsync();
        }))];
        swarm.Resolve = (_, _) => Task.FromResult<IPAddress[]>([.. hosts.Select(host => IPAddress.Parse(host.Address))]);
        SwarmMember leecher = Add(swarm, new DnsEndPoint("many.example", ScriptedHost.Port));
        await swarm.UntilAsync(() => hosts.SkipLast(1).All(host => host.Accepted > 0), "the first addresses are dialled");
        await swarm.CompleteHonestlyAsync(leecher);
        hosts[^1].Accepted.Should().Be(0);
        await swarm.EndAsync();
    }

    private static SwarmMember Add(TestSwarm swarm, EndPoint peer) =>
        swarm.Add(swarm.NextAddress(), swarm.NextFolder(), TestSwarm.LeecherOptions(peer));
}
