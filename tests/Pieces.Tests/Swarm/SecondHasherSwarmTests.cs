using Pieces.Tests.Support;

namespace Pieces.Tests.Swarm;

/// <summary>Whole clients with another hash algorithm than SHA-1.</summary>
[Trait("Tier", "Swarm")]
[Collection(SwarmCollection.Name)]
public class SecondHasherSwarmTests
{
    [Fact]
    public async Task A_download_ends_and_the_sender_of_a_bad_block_is_found_among_those_who_helped()
    {
        // The link is fast enough that its peer is preferred, and slow enough that no peer sends everything alone. Pieces have 64 blocks, so that
        // several peers send blocks of each piece.
        await using var swarm = new TestSwarm(new TestTorrent(length: 8 * TestTorrent.MiB, pieceLength: TestTorrent.MiB).WithMerkleHashes());
        swarm.Network.DefaultLink = new InMemoryLink(TimeSpan.FromMilliseconds(10), 256 * TestTorrent.KiB);
        int blocks = 0;
        ScriptedHost liar = swarm.AddHost(session => session.SeedAsync(request =>
            session.SendBytesAsync(++blocks == 5 ? session.BadBlockOf(request) : session.BlockOf(request))));
        SwarmMember[] seeds = [swarm.AddSeed(), swarm.AddSeed(), swarm.AddSeed()];
        await swarm.ReadyAsync(seeds);
        SwarmMember leecher = swarm.AddLeecher([liar.EndPoint, .. seeds.Select(seed => seed.EndPoint)]);
        await swarm.UntilDoneAsync(leecher);
        await swarm.PassAsync(1);
        leecher.BadPieces.Should().Be(1);
        leecher.Banned.Should().Equal(liar.Address);
        await swarm.EndAsync();
    }
}
