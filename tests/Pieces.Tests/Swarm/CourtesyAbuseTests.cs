using Pieces.Tests.Support;
using Pieces.Wire;

namespace Pieces.Tests.Swarm;

/// <summary>Peers that benefit from seed sharing and contribute nothing.</summary>
[Collection(SwarmCollection.Name)]
[Trait("Tier", "Swarm")]
public class CourtesyAbuseTests
{
    [Fact]
    public async Task Claims_and_seeds_that_flash_up_hold_no_download_up()
    {
        // The limit is twice the normal time, because requests to peers that never respond are repeated elsewhere only after a while.
        double most = 2 * await SecondsAsync(liars: 0, flashes: false);
        (await SecondsAsync(liars: 1, flashes: false)).Should().BeLessThan(most);
        (await SecondsAsync(liars: 1, flashes: true)).Should().BeLessThan(most);
        (await SecondsAsync(liars: 5, flashes: true)).Should().BeLessThan(most);
    }

    private static async Task<double> SecondsAsync(int liars, bool flashes)
    {
        await using var swarm = new TestSwarm();
        SwarmMember leecher = swarm.AddLeecher();
        string seed = swarm.NextAddress();
        swarm.Network.SetLink(seed, leecher.Address, new InMemoryLink(TimeSpan.FromMilliseconds(10), 200 * TestTorrent.KiB));
        await swarm.ReadyAsync(leecher);
        ScriptedHost flasher = swarm.AddHost(async session =>
        {
            await session.HandshakeAsync();
            await session.SendWholeAsync();
            await session.Delay(0.05);
        });
        for (int i = 0; i < liars; i++)
        {
            swarm.AddHost(async session =>
            {
                await session.HandshakeAsync();
                await session.SendAsync(new BitfieldMessage(session.Data.BitfieldOf(piece => piece != 0)), UnchokeMessage.Instance);
                await session.SendAsync(
                    new ExtendedMessage(ExtensionIds.Handshake, "d1:md7:pc_lotsi3eee"u8.ToArray()),
                    new ExtendedMessage(ExtensionIds.Lots, LotsCodec.Encode(true)));
                Task reading = session.UntilClosedAsync();
                while (flashes && !reading.IsCompleted)
                {
                    await session.Delay(2.6);
                    flasher.Dial(leecher.EndPoint);
                }

                await reading;
            }).Dial(leecher.EndPoint);
        }

        if (liars > 0)
            await swarm.UntilAsync(() => leecher.Now.ConnectedPeers == liars, "the liars are there first");
        long start = swarm.Time.GetTimestamp();
        swarm.AddSeed(seed, leecher.EndPoint);
        await swarm.UntilDoneAsync(leecher, TimeSpan.FromMinutes(5));
        double seconds = swarm.Time.GetElapsedTime(start).TotalSeconds;
        await swarm.EndAsync();
        return seconds;
    }
}
