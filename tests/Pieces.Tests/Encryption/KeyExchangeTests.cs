using System.Numerics;
using Pieces.Encryption;
using Pieces.Primitives;

namespace Pieces.Tests.Encryption;

[Trait("Tier", "Pure")]
public class KeyExchangeTests
{
    private static readonly BigInteger Prime = BigInteger.Parse(
        "0ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f14374fe1356d"
        + "6d51c245e485b576625e7ec6f44c42e9a63a36210000000000090563",
        System.Globalization.NumberStyles.HexNumber);

    [Fact]
    public void Both_sides_arrive_at_the_secret_that_is_known_of_these_keys()
    {
        var a = new KeyExchange(MseVectors.Xa);
        var b = new KeyExchange(MseVectors.Xb);
        a.PublicKey.ToArray().Should().Equal(MseVectors.Ya);
        b.PublicKey.ToArray().Should().Equal(MseVectors.Yb);
        SecretOf(a, MseVectors.Yb).Should().Equal(MseVectors.S);
        SecretOf(b, MseVectors.Ya).Should().Equal(MseVectors.S);
    }

    [Fact]
    public void Powers_are_those_of_the_numbers()
    {
        var random = new Random(1);
        byte[] power = new byte[KeyExchange.KeyLength];
        for (int round = 0; round < 200; round++)
        {
            byte[] exponent = new byte[round < 5 ? round : random.Next(1, 40)];
            random.NextBytes(exponent);
            byte[] number = BytesOf(round switch { 5 => Prime - 1, 6 => 0, 7 => 1, _ => RandomNumber(random) });
            Modular768.Power(number, exponent, power);
            Value(power).Should().Be(BigInteger.ModPow(Value(number), Value(exponent), Prime), "round {0}", round);
            Modular768.PowerOfTwo(exponent, power);
            Value(power).Should().Be(BigInteger.ModPow(2, Value(exponent), Prime), "round {0}", round);
        }
    }

    [Fact]
    public void Leading_zeros_are_kept()
    {
        byte[] power = new byte[KeyExchange.KeyLength];
        Modular768.PowerOfTwo([3], power);
        power.Should().Equal([.. new byte[95], 8]);
    }

    [Fact]
    public void Keys_with_which_everybody_would_know_the_secret_are_refused()
    {
        var own = new KeyExchange(MseVectors.Xa);
        BigInteger largest = (BigInteger.One << 768) - 1;
        foreach (BigInteger key in new[] { 0, 1, Prime - 1, Prime, Prime + 1, largest })
            own.TryAgree(BytesOf(key), new byte[KeyExchange.KeyLength]).Should().BeFalse("{0} is no key", key);
        foreach (BigInteger key in new[] { 2, 3, Prime - 2, Prime >> 1 })
            own.TryAgree(BytesOf(key), new byte[KeyExchange.KeyLength]).Should().BeTrue("{0} is one", key);
    }

    [Fact]
    public void Marks_names_and_ciphers_follow_from_secret_and_info_hash()
    {
        SharedSecret secret = SharedSecret.Agree(new KeyExchange(MseVectors.Xa), MseVectors.Yb)!;
        secret.SyncMark.Should().Be(new Sha1Digest(MseVectors.Req1));
        Sha1Digest name = SharedSecret.NameOf(MseVectors.Skey);
        secret.Masked(name).Should().Be(new Sha1Digest(MseVectors.Req2XorReq3));
        secret.Masked(new Sha1Digest(MseVectors.Req2XorReq3)).Should().Be(name);
        ZerosThrough(secret.CipherOfDialler(MseVectors.Skey)).Should().Equal(ZerosThrough(new Rc4(MseVectors.KeyOfA)));
        ZerosThrough(secret.CipherOfAnswerer(MseVectors.Skey)).Should().Equal(ZerosThrough(new Rc4(MseVectors.KeyOfB)));
    }

    [Fact]
    public void A_torrent_is_found_by_its_name_as_long_as_it_is_there()
    {
        var swarms = new EncryptedSwarms();
        SwarmKey other = SwarmKey.Of(InfoHash.OfInfo("other"u8));
        swarms.Add(MseVectors.Skey);
        swarms.Add(other);
        swarms.Find(SharedSecret.NameOf(MseVectors.Skey)).Should().Be(MseVectors.Skey);
        swarms.Find(SharedSecret.NameOf(SwarmKey.Of(InfoHash.OfInfo("none"u8)))).Should().BeNull();
        swarms.Remove(MseVectors.Skey);
        swarms.Find(SharedSecret.NameOf(MseVectors.Skey)).Should().BeNull();
        swarms.Find(SharedSecret.NameOf(other)).Should().Be(other);
    }

    [Fact]
    public void Chance_for_keys_does_not_repeat_itself_unless_asked_to()
    {
        ByteChance.Unguessable().Next(20).Should().NotEqual(ByteChance.Unguessable().Next(20));
        ByteChance.Of(new Random(1)).Next(20).Should().Equal(ByteChance.Of(new Random(1)).Next(20));
        var chance = ByteChance.Of(new Random(2));
        Enumerable.Range(0, 4000).Select(_ => chance.Padding(512).Length).Distinct()
            .Should().HaveCountGreaterThan(500).And.OnlyContain(length => length <= 512);
    }

    private static byte[] ZerosThrough(Rc4 cipher)
    {
        byte[] zeros = new byte[32];
        cipher.Apply(zeros);
        return zeros;
    }

    private static byte[] SecretOf(KeyExchange own, byte[] theirs)
    {
        byte[] secret = new byte[KeyExchange.KeyLength];
        own.TryAgree(theirs, secret).Should().BeTrue();
        return secret;
    }

    private static BigInteger RandomNumber(Random random)
    {
        byte[] bytes = new byte[KeyExchange.KeyLength];
        random.NextBytes(bytes);
        return Value(bytes) % Prime;
    }

    private static BigInteger Value(byte[] bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static byte[] BytesOf(BigInteger value)
    {
        byte[] bytes = value.ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[KeyExchange.KeyLength - bytes.Length], .. bytes];
    }
}
