using System.Net;
using System.Text;
using Pieces.Tests.Bencode;
using Pieces.Wire;

namespace Pieces.Tests.Wire;

[Trait("Tier", "Pure")]
public class PeerExchangeCodecTests
{
    private static readonly IPEndPoint V4 = new(IPAddress.Parse("1.2.3.4"), 0x1AE1);
    private static readonly IPEndPoint V6 = new(IPAddress.Parse("2001:db8::1"), 0x1AE2);

    [Fact]
    public void A_message_is_written_byte_for_byte()
    {
        byte[] bytes = PeerExchangeCodec.Encode(new PeerExchangeMessage
        {
            Added = [new ExchangedPeer(V4, ExchangedPeerFlags.UploadOnly | ExchangedPeerFlags.Reachable)],
            Dropped = [new IPEndPoint(IPAddress.Parse("5.6.7.8"), 1)],
        });
        bytes.Should().Equal([
            .. "d5:added6:"u8, 1, 2, 3, 4, 0x1A, 0xE1, .. "7:added.f1:"u8, 0x12, .. "7:dropped6:"u8, 5, 6, 7, 8, 0, 1, .. "e"u8]);
    }

    [Fact]
    public void Both_families_are_read_as_they_were_written()
    {
        var message = new PeerExchangeMessage
        {
            Added = [new ExchangedPeer(V4, ExchangedPeerFlags.None), new ExchangedPeer(V6, ExchangedPeerFlags.PrefersEncryption)],
            Dropped = [V6, V4],
        };
        PeerExchangeMessage read = PeerExchangeCodec.Decode(PeerExchangeCodec.Encode(message));
        read.Added.Should().Equal(message.Added);
        read.Dropped.Should().Equal(V4, V6);
    }

    [Fact]
    public void What_is_beyond_fifty_is_left_out()
    {
        string many = string.Concat(
            Enumerable.Range(1, 100_000).Select(i => $"{(char)1}{(char)(i >> 8 & 255)}{(char)(i & 255)}{(char)1}{(char)1}{(char)1}"));
        PeerExchangeMessage read = PeerExchangeCodec.Decode(Bencoded.Of(new Dict { ["added"] = many, ["dropped"] = many }));
        read.Added.Should().HaveCount(PeerExchangeCodec.MaxPeers);
        read.Dropped.Should().HaveCount(PeerExchangeCodec.MaxPeers);
    }

    [Theory]
    [InlineData("de", 0)]
    [InlineData("d5:addedi7ee", 0)]
    [InlineData("d5:added5:abcdee", 0)]
    [InlineData("d5:added7:abcdefge", 1)]
    [InlineData("d5:added6:abcdef7:added.f0:e", 1)]
    [InlineData("d5:added6:abcdefe and more", 1)]
    public void What_is_odd_but_harmless_is_read_as_far_as_it_goes(string text, int added) =>
        PeerExchangeCodec.Decode(Encoding.Latin1.GetBytes(text)).Added.Should().HaveCount(added);

    [Theory]
    [InlineData("")]
    [InlineData("i1e")]
    [InlineData("le")]
    [InlineData("d5:added")]
    public void What_is_no_dictionary_is_an_offence(string text)
    {
        Action decode = () => PeerExchangeCodec.Decode(Encoding.Latin1.GetBytes(text));
        decode.Should().Throw<PeerProtocolException>();
    }
}
