using System.Buffers.Binary;
using Pieces.Encryption;
using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Tests.Encryption;

/// <summary>Whatever the other side sends, an encrypted handshake succeeds or ends with a protocol error, after a bounded number of bytes.</summary>
[Trait("Tier", "Pure")]
public class EncryptionAbuseTests
{
    private const int MostBytes = 96 + 512 + 20 + 20 + 14 + 512 + 2;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_public_key_that_is_none_is_refused_by_both(byte last)
    {
        byte[] key = [.. new byte[95], last];
        Fails(() => HandshakePair.Feed(NewDialler(), key), "invalid public key*");
        Fails(() => HandshakePair.Feed(NewAnswerer(), key), "invalid public key*");
        Fails(() => HandshakePair.Feed(NewAnswerer(), [.. Enumerable.Repeat((byte)0xFF, 96)]), "invalid public key*");
    }

    [Fact]
    public void Padding_without_an_end_is_given_up_after_512_bytes()
    {
        byte[] noise = Noise(3, 5000);
        AnswererHandshake answerer = NewAnswerer();
        HandshakePair.Feed(answerer, MseVectors.Ya);
        HandshakePair.Feed(answerer, noise.AsSpan(0, 531));
        Fails(() => HandshakePair.Feed(answerer, noise.AsSpan(531, 1)), "no end of the padding*532 bytes");

        DiallerHandshake dialler = NewDialler();
        HandshakePair.Feed(dialler, MseVectors.Yb);
        HandshakePair.Feed(dialler, noise.AsSpan(0, 519));
        Fails(() => HandshakePair.Feed(dialler, noise.AsSpan(519, 1)), "no end of the padding*520 bytes");
    }

    [Fact]
    public void The_beginning_of_a_mark_in_the_padding_hides_no_mark()
    {
        SharedSecret secret = SharedSecret.Agree(new KeyExchange(MseVectors.Xa), MseVectors.Yb)!;
        byte[] mark = MseVectors.Req1;
        byte[] name = MseVectors.Req2XorReq3;
        for (int begun = 0; begun < mark.Length; begun++)
        {
            AnswererHandshake answerer = NewAnswerer(MseVectors.Xb);
            byte[] all = [.. MseVectors.Ya, .. mark[..begun], .. mark[..begun], .. mark, .. name, .. MseVectors.OfferOfA];
            HandshakePair.Feed(answerer, all).Should().Be(all.Length);
            answerer.IsDone.Should().BeTrue("{0} bytes of the mark stand before it", begun);
        }

        secret.SyncMark.Should().Be(new Sha1Digest(mark));
    }

    [Fact]
    public void An_unknown_torrent_is_refused_before_a_word_more_is_said()
    {
        var pair = new HandshakePair();
        var stranger = new AnswererHandshake(new EncryptedSwarms(), CryptoMethods.Rc4, ByteChance.Of(new Random(4)));
        HandshakePair.Feed(stranger, HandshakePair.OutputOf(pair.Dialler));
        HandshakePair.Feed(pair.Dialler, HandshakePair.OutputOf(stranger));
        Fails(() => HandshakePair.Feed(stranger, HandshakePair.OutputOf(pair.Dialler)), "unknown info-hash in an encrypted handshake");
        stranger.Output.Length.Should().Be(0);
    }

    /// <summary>
    /// Changes single fields of the dialler's encrypted offer, which has no padding. A field is given by its distance from the end.
    /// </summary>
    [Theory]
    [InlineData(16, 0x01, "wrong verification constant*")]
    [InlineData(9, 0x80, "wrong verification constant*")]
    [InlineData(5, 0x02, "offered encryption methods 0*")]
    [InlineData(4, 0x02, "padding of 512*")]
    [InlineData(4, 0x40, "padding of 16384 bytes*at most 512*")]
    public void An_offer_that_breaks_the_rules_is_refused(int fromEnd, byte flip, string says)
    {
        byte[] offer = MseVectors.OfferOfA.ToArray();
        offer[^fromEnd] ^= flip;
        AnswererHandshake answerer = NewAnswerer(MseVectors.Xb);
        HandshakePair.Feed(answerer, [.. MseVectors.Ya, .. MseVectors.Req1, .. MseVectors.Req2XorReq3]);
        if (says.StartsWith("padding of 512", StringComparison.Ordinal))
        {
            HandshakePair.Feed(answerer, offer);
            answerer.Wanted.Length.Should().Be(512, "which is the most");
            return;
        }

        Fails(() => HandshakePair.Feed(answerer, offer), says);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(0x80000002)]
    public void A_choice_of_what_was_not_offered_is_refused(uint chosen)
    {
        DiallerHandshake dialler = NewDialler(MseVectors.Xa, CryptoMethods.Rc4);
        HandshakePair.Feed(dialler, MseVectors.Yb);
        Fails(() => HandshakePair.Feed(dialler, ChoiceOfB(chosen, 0)), $"chose encryption method {chosen:x}, offered were 2");
    }

    [Fact]
    public void Padding_of_the_choice_has_its_limit()
    {
        DiallerHandshake dialler = NewDialler(MseVectors.Xa, CryptoMethods.Rc4);
        HandshakePair.Feed(dialler, MseVectors.Yb);
        Fails(() => HandshakePair.Feed(dialler, ChoiceOfB(2, 513)), "padding of 513*");
        DiallerHandshake patient = NewDialler(MseVectors.Xa, CryptoMethods.Rc4);
        HandshakePair.Feed(patient, MseVectors.Yb);
        HandshakePair.Feed(patient, ChoiceOfB(2, 512));
        patient.Wanted.Length.Should().Be(512);
    }

    [Fact]
    public void Noise_never_does_more_than_end_it()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            byte[] noise = Noise(seed, 4000);
            foreach (EncryptionHandshake side in new EncryptionHandshake[] { NewDialler(), NewAnswerer() })
            {
                int taken = 0;
                Action feed = () => taken = HandshakePair.Feed(side, noise, 1 + (seed % 50));
                feed.Should().Throw<PeerProtocolException>("seed {0}", seed);
                taken.Should().BeLessThanOrEqualTo(MostBytes);
            }
        }
    }

    [Fact]
    public void A_flipped_bit_anywhere_ends_in_an_error_or_a_done_handshake()
    {
        for (int seed = 0; seed < 1500; seed++)
        {
            var random = new Random(seed);
            bool bendsDialler = random.Next(2) == 0;
            byte[] Bend(byte[] bytes)
            {
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                return bytes;
            }

            var pair = new HandshakePair(payload: new byte[68], chance: ByteChance.Of(new Random(seed)))
            {
                BendDialler = bendsDialler ? Bend : null,
                BendAnswerer = bendsDialler ? null : Bend,
            };
            try
            {
                pair.Run(() => random.Next(1, 200));
            }
            catch (PeerProtocolException e)
            {
                e.Message.Should().NotBeEmpty();
            }

            (pair.Dialler.Wanted.Length <= 532 && pair.Answerer.Wanted.Length <= 532).Should().BeTrue("seed {0}", seed);
        }
    }

    private static void Fails(Action action, string says) => action.Should().Throw<PeerProtocolException>().WithMessage(says);

    private static DiallerHandshake NewDialler(byte[]? privateKey = null, CryptoMethods offered = CryptoMethods.Plain | CryptoMethods.Rc4) =>
        new(MseVectors.Skey, offered, default, privateKey is null ? ByteChance.Of(new Random(1)) : MseVectors.ChanceOf(privateKey));

    private static AnswererHandshake NewAnswerer(byte[]? privateKey = null)
    {
        var swarms = new EncryptedSwarms();
        swarms.Add(MseVectors.Skey);
        return new AnswererHandshake(
            swarms, CryptoMethods.Plain | CryptoMethods.Rc4, privateKey is null ? ByteChance.Of(new Random(2)) : MseVectors.ChanceOf(privateKey));
    }

    private static byte[] ChoiceOfB(uint chosen, ushort padding)
    {
        byte[] choice = new byte[14];
        BinaryPrimitives.WriteUInt32BigEndian(choice.AsSpan(8), chosen);
        BinaryPrimitives.WriteUInt16BigEndian(choice.AsSpan(12), padding);
        new Rc4(MseVectors.KeyOfB).Apply(choice);
        return choice;
    }

    private static byte[] Noise(int seed, int count)
    {
        byte[] noise = new byte[count];
        new Random(seed).NextBytes(noise);
        return noise;
    }
}
