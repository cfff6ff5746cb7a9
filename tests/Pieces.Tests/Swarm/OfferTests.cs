using System.Buffers.Binary;
using Pieces.Primitives;
using Pieces.Tests.Support;
using Pieces.Wire;

namespace Pieces.Tests.Swarm;

/// <summary>
/// A peer that is not interested is unchoked all the same, to show that we are not a free rider. That gives it no advantage over other peers.
/// </summary>
[Collection(SwarmCollection.Name)]
[Trait("Tier", "Swarm")]
public class OfferTests
{
    [Fact]
    public async Task One_for_whom_we_have_nothing_is_let_ask()
    {
        await using var swarm = new TestSwarm();
        bool isOffered = false;
        ScriptedHost host = swarm.AddHost(async session =>
        {
            await session.HandshakeAsync();
            await session.SendWholeAsync();
            while (await session.Peer.ReadFrameAsync(session.Token) is { } frame)
                isOffered |= frame.Id == (byte)PeerMessageId.Unchoke;
        });
        swarm.AddLeecher(host.EndPoint);
        await swarm.UntilAsync(() => isOffered, "it is unchoked", TimeSpan.FromSeconds(2));
        await swarm.EndAsync();
    }

    [Fact]
    public async Task Who_was_let_ask_and_says_nothing_of_its_interest_takes_a_slot_when_it_asks()
    {
        await using var swarm = new TestSwarm();
        bool mayAsk = false;
        int had = 0;
        SwarmMember leecher = swarm.AddLeecher();
        await swarm.ReadyAsync(leecher);
        swarm.AddHost(async session =>
        {
            await session.HandshakeAsync();
            await session.SendAsync(HaveNoneMessage.Instance);
            await AskSilentlyAsync(session, () => mayAsk = true, () => had++);
        }).Dial(leecher.EndPoint);
        await swarm.UntilAsync(() => mayAsk, "it is unchoked before there is anything");
        swarm.AddHost(async session =>
        {
            await session.HandshakeAsync();
            await session.SendWholeAsync();
            await session.ServeAsync();
        }).Dial(leecher.EndPoint);
        await swarm.UntilDoneAsync(leecher);
        await swarm.UntilAsync(() => had > 0, "a slot is free for it");
        await swarm.EndAsync();
    }

    // Requests the first block of each piece that is announced, without ever sending <c>interested</c>.
    private static async Task AskSilentlyAsync(ScriptedSession session, Action onUnchoke, Action onBlock)
    {
        while (await session.Peer.ReadFrameAsync(session.Token) is { } frame)
        {
            if (frame.Id == (byte)PeerMessageId.Unchoke)
                onUnchoke();
            else if (frame.Id == (byte)PeerMessageId.Piece)
                onBlock();
            else if (frame.Id == (byte)PeerMessageId.Have)
                await session.SendAsync(new RequestMessage(BinaryPrimitives.ReadUInt32BigEndian(frame.Payload), 0, BlockRequest.MaxLength));
        }
    }
}
