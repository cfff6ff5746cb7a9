using System.Text;
using Pieces.Primitives;
using Pieces.Tests.Support;
using Pieces.Wire;

namespace Pieces.Tests.Swarm;

/// <summary>Floods of messages that are each valid: they must not delay other peers for long, and no stored state may grow with them.</summary>
[Collection(SwarmCollection.Name)]
[Trait("Tier", "Swarm")]
public class FloodTests
{
    private const int Messages = 20_000;

    [Fact]
    public Task Interest_that_comes_and_goes() => ServesOthersAsync(Repeat(InterestedMessage.Instance, NotInterestedMessage.Instance));

    [Fact]
    public Task Chokes_and_unchokes_in_turn() => ServesOthersAsync(Repeat(UnchokeMessage.Instance, ChokeMessage.Instance));

    [Fact]
    public Task Requests_that_are_cancelled_at_once() =>
        ServesOthersAsync(Repeat(InterestedMessage.Instance, new RequestMessage(1, 0, 16_384), new CancelMessage(1, 0, 16_384)));

    [Fact]
    public Task Requests_for_single_bytes() => ServesOthersAsync(Repeat(InterestedMessage.Instance, new RequestMessage(1, 7, 1)));

    [Fact]
    public Task Pieces_that_are_had_and_withdrawn_in_turn() =>
        ServesOthersAsync(Repeat(new HaveMessage(3), new ExtendedMessage(ExtensionIds.DontHave, DontHaveCodec.Encode(3))));

    [Fact]
    public Task Extension_handshakes_that_name_ever_new_extensions() => ServesOthersAsync(
        [.. Enumerable.Range(0, 2000).SelectMany(i => ScriptedPeer.Encode(Handshake($"d1:md6:x{i:00000}i1eee")))]);

    [Fact]
    public Task Extension_handshakes_with_ever_new_ports_and_sizes() => ServesOthersAsync(
        [.. Enumerable.Range(0, 2000).SelectMany(i =>
            ScriptedPeer.Encode(Handshake($"d1:md11:ut_metadatai1ee13:metadata_sizei{i + 1}e1:pi{1000 + i}ee")))]);

    [Fact]
    public Task Requests_for_metadata() => ServesOthersAsync(
    [
        .. ScriptedPeer.Encode(Handshake("d1:md11:ut_metadatai1eee")),
        .. Repeat(new ExtendedMessage(ExtensionIds.Metadata, MetadataCodec.Encode(new MetadataRequest(0)))),
    ]);

    [Fact]
    public Task Messages_of_an_extension_that_was_never_offered() =>
        ServesOthersAsync(Repeat(new ExtendedMessage(9, Encoding.ASCII.GetBytes("holepunch"))));

    [Fact]
    public Task Allowed_fast_and_suggested_pieces() => ServesOthersAsync(Repeat(new AllowedFastMessage(3), new SuggestPieceMessage(4)));

    [Fact]
    public Task Ports() => ServesOthersAsync(Repeat(new PortMessage(6881)));

    private static ExtendedMessage Handshake(string text) => new(ExtensionIds.Handshake, Encoding.ASCII.GetBytes(text));

    private static byte[] Repeat(params PeerMessage[] messages)
    {
        byte[] some = ScriptedPeer.Encode(messages);
        return [.. Enumerable.Repeat(some, Messages / messages.Length).SelectMany(bytes => bytes)];
    }

    // Floods a seed and a leecher, first without reading their responses and then a second time, while the leecher downloads from the seed.
    private static async Task ServesOthersAsync(byte[] flood)
    {
        await using var swarm = new TestSwarm();
        SwarmMember seed = swarm.AddSeed();
        SwarmMember leecher = swarm.AddLeecher(seed.EndPoint);
        ScriptedHost host = swarm.AddHost(async session =>
        {
            await session.HandshakeAsync();
            await session.SendAsync(HaveNoneMessage.Instance);
            await session.SendBytesAsync(flood);
            Task reading = session.UntilClosedAsync();
            await session.SendBytesAsync(flood);
            await reading;
        });
        await swarm.ReadyAsync(seed, leecher);
        host.Dial(seed.EndPoint);
        host.Dial(leecher.EndPoint);
        await swarm.UntilDoneAsync(leecher, TimeSpan.FromSeconds(60));
        leecher.Banned.Should().BeEmpty();
        seed.Banned.Should().BeEmpty();
        await swarm.EndAsync();
    }
}
