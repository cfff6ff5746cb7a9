using System.Net;
using Pieces.Tests.Support;
using Pieces.Torrents;

namespace Pieces.Tests.Swarm;

/// <summary>Peers that accept no connection and do not refuse one.</summary>
[Collection(SwarmCollection.Name)]
[Trait("Tier", "Swarm")]
public class DialLimitTests
{
    [Fact]
    public async Task One_peer_too_many_is_dialled_when_another_dial_has_ended()
    {
        await using var swarm = new TestSwarm();
        string[] silent = [.. Enumerable.Range(0, PeerDialer.MaxDialling + 1).Select(_ => swarm.NextAddress())];
        foreach (string address in silent)
            swarm.Network.SetDialFault(address, DialFault.Blackhole);
        int Dials() => silent.Sum(swarm.Network.DialsTo);
        swarm.AddLeecher([.. silent.Select(address => new IPEndPoint(IPAddress.Parse(address), ScriptedHost.Port))]);
        await swarm.UntilAsync(() => Dials() >= PeerDialer.MaxDialling, "as many as may be are dialled");
        await swarm.PassAsync(5);
        Dials().Should().Be(PeerDialer.MaxDialling);
        await swarm.UntilAsync(() => silent.All(address => swarm.Network.DialsTo(address) > 0), "all have been dialled");
        await swarm.EndAsync();
    }
}
