using System.Text;
using Pieces.Encryption;
using Pieces.Primitives;
using Pieces.Tests.Support;
using Pieces.Wire;

namespace Pieces.Tests.Encryption;

[Trait("Tier", "Pure")]
public class EncryptionHandshakeTests
{
    private const CryptoMethods Both = CryptoMethods.Plain | CryptoMethods.Rc4;

    [Fact]
    public void The_dialler_says_what_is_known_of_these_keys()
    {
        var dialler = new DiallerHandshake(MseVectors.Skey, CryptoMethods.Rc4, default, MseVectors.ChanceOf(MseVectors.Xa));
        HandshakePair.OutputOf(dialler).Should().Equal(MseVectors.Ya);
        HandshakePair.Feed(dialler, MseVectors.Yb).Should().Be(96);
        HandshakePair.OutputOf(dialler).Should().Equal([.. MseVectors.Req1, .. MseVectors.Req2XorReq3, .. MseVectors.OfferOfA]);
        HandshakePair.Feed(dialler, MseVectors.ChoiceOfB).Should().Be(14);
        dialler.IsDone.Should().BeTrue();
        dialler.Result!.Outgoing.Should().NotBeNull();
    }

    [Fact]
    public void The_answerer_says_what_is_known_of_these_keys()
    {
        var swarms = new EncryptedSwarms();
        swarms.Add(MseVectors.Skey);
        var answerer = new AnswererHandshake(swarms, Both, MseVectors.ChanceOf(MseVectors.Xb));
        answerer.Output.Length.Should().Be(0, "the dialler speaks first");
        HandshakePair.Feed(answerer, MseVectors.Ya).Should().Be(96);
        HandshakePair.OutputOf(answerer).Should().Equal(MseVectors.Yb);
        HandshakePair.Feed(answerer, [.. MseVectors.Req1, .. MseVectors.Req2XorReq3, .. MseVectors.OfferOfA]).Should().Be(56);
        HandshakePair.OutputOf(answerer).Should().Equal(MseVectors.ChoiceOfB);
        answerer.IsDone.Should().BeTrue();
        answerer.Swarm.Should().Be(MseVectors.Skey);
    }

    [Theory]
    [InlineData(3, 3, 1)]
    [InlineData(3, 2, 2)]
    [InlineData(2, 3, 2)]
    [InlineData(1, 3, 1)]
    [InlineData(3, 1, 1)]
    [InlineData(2, 2, 2)]
    public void The_plain_way_is_chosen_where_both_allow_it(uint offered, uint allowed, uint chosen)
    {
        var pair = new HandshakePair((CryptoMethods)offered, (CryptoMethods)allowed, payload: "hello"u8.ToArray());
        pair.Run().Should().BeTrue();
        ExtentOf(pair.Dialler).Should().Be((CryptoMethods)chosen);
        ExtentOf(pair.Answerer).Should().Be((CryptoMethods)chosen);
        pair.Answerer.Result!.IncomingLength.Should().Be(chosen == 1 ? 5 : long.MaxValue, "the payload is encrypted in any case");
        byte[] payload = pair.LeftForAnswerer;
        pair.Answerer.Result.Incoming!.Apply(payload);
        Encoding.ASCII.GetString(payload).Should().Be("hello");
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    [InlineData(0, 3)]
    [InlineData(0xFFFFFFFC, 3)]
    public void Without_a_method_in_common_there_is_no_connection(uint offered, uint allowed)
    {
        var pair = new HandshakePair((CryptoMethods)offered, (CryptoMethods)allowed);
        FluentActions.Invoking(() => pair.Run()).Should().Throw<PeerProtocolException>().WithMessage("offered encryption methods*");
    }

    [Fact]
    public void Methods_that_nobody_knows_yet_do_no_harm()
    {
        var pair = new HandshakePair((CryptoMethods)0xFFFFFFFF, CryptoMethods.Rc4);
        pair.Run().Should().BeTrue();
        ExtentOf(pair.Answerer).Should().Be(CryptoMethods.Rc4);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(19)]
    [InlineData(20)]
    [InlineData(511)]
    [InlineData(512)]
    public void Paddings_of_every_length_are_passed_over_and_not_a_byte_more(int padding)
    {
        foreach (int step in new[] { int.MaxValue, 1, 7, 64 })
        {
            var pair = new HandshakePair(payload: "payload"u8.ToArray(), chance: MseVectors.ChanceWithPadding(padding, padding));
            pair.Run(() => step).Should().BeTrue("padding {0}, {1} bytes at a time", padding, step);
            byte[] left = pair.LeftForAnswerer;
            left.Should().HaveCount(7);
            pair.Answerer.Result!.Incoming!.Apply(left);
            left.Should().Equal("payload"u8.ToArray());
        }
    }

    [Fact]
    public void It_does_not_depend_on_where_the_stream_is_cut()
    {
        byte[] first = [];
        var recorded = new HandshakePair(payload: [1, 2, 3]) { BendDialler = bytes => Append(ref first, bytes) };
        recorded.Run().Should().BeTrue();
        for (int cut = 0; cut <= first.Length; cut++)
        {
            // With the same random numbers, both sides send the same bytes again.
            var pair = new HandshakePair(payload: [1, 2, 3]);
            int taken = HandshakePair.Feed(pair.Answerer, first.AsSpan(0, cut));
            taken += HandshakePair.Feed(pair.Answerer, first.AsSpan(taken));
            pair.Answerer.IsDone.Should().BeTrue("cut at {0}", cut);
            taken.Should().Be(first.Length - 3);
        }
    }

    [Fact]
    public void Chance_decides_how_it_is_cut_and_it_always_ends_well()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var pair = new HandshakePair(payload: new byte[random.Next(200)], chance: ByteChance.Of(random));
            pair.Run(() => random.Next(1, 100)).Should().BeTrue("seed {0}", seed);
        }
    }

    [Fact]
    public void A_payload_of_any_length_takes_no_memory()
    {
        var pair = new HandshakePair(payload: new byte[65535]);
        pair.Run().Should().BeTrue();
        pair.LeftForAnswerer.Should().HaveCount(65535, "it is left to be read as the stream is");
        FluentActions.Invoking(() => new HandshakePair(payload: new byte[65536])).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void A_plain_greeting_as_the_answer_shows_at_once()
    {
        var dialler = new DiallerHandshake(MseVectors.Skey, Both, default, ByteChance.Of(new Random(1)));
        byte[] plain = ScriptedPeer.HandshakeBytes(MseVectors.Skey, PeerId.Create(new Random(2)));
        HandshakePair.Feed(dialler, plain.AsSpan(0, 19));
        FluentActions.Invoking(() => HandshakePair.Feed(dialler, plain.AsSpan(19, 1)))
            .Should().Throw<PeerProtocolException>().WithMessage("responded with an unencrypted*");
    }

    private static CryptoMethods ExtentOf(EncryptionHandshake done) => done.Result!.Outgoing is null ? CryptoMethods.Plain : CryptoMethods.Rc4;

    private static byte[] Append(ref byte[] all, byte[] bytes)
    {
        all = [.. all, .. bytes];
        return bytes;
    }
}
