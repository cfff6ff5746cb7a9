using Pieces.Encryption;

namespace Pieces.Tests.Encryption;

[Trait("Tier", "Pure")]
public class Rc4Tests
{
    /// <summary>Key streams of RFC 6229, from byte 1024 on.</summary>
    [Theory]
    [InlineData("0102030405", "30abbcc7c20b01609f23ee2d5f6bb7df")]
    [InlineData("0102030405060708090a0b0c0d0e0f10", "bdf0324e6083dcc6d3cedd3ca8c53c16")]
    [InlineData("833222772a", "7828d074119cab5c22b294d7a9bfa0bb")]
    public void The_key_stream_is_that_of_the_standard_without_its_first_1024_bytes(string key, string stream)
    {
        byte[] zeros = new byte[16];
        new Rc4(Convert.FromHexString(key)).Apply(zeros);
        Convert.ToHexStringLower(zeros).Should().Be(stream);
    }

    [Fact]
    public void It_is_what_the_description_of_the_cipher_says_however_the_bytes_are_cut()
    {
        var random = new Random(1);
        byte[] key = Bytes(random, 20);
        byte[] plain = Bytes(random, 20_000);
        byte[] expected = Plainly(key, plain);
        for (int round = 0; round < 20; round++)
        {
            var cipher = new Rc4(key);
            byte[] bytes = plain.ToArray();
            for (int at = 0; at < bytes.Length;)
            {
                int count = Math.Min(random.Next(round < 10 ? 40 : 4000), bytes.Length - at);
                cipher.Apply(bytes.AsSpan(at, count));
                at += count;
            }

            bytes.Should().Equal(expected, "round {0}", round);
        }
    }

    [Fact]
    public void The_result_may_go_elsewhere()
    {
        byte[] plain = Bytes(new Random(2), 1001);
        byte[] encrypted = new byte[plain.Length];
        new Rc4([1, 2, 3]).Apply(plain, encrypted);
        encrypted.Should().Equal(Plainly([1, 2, 3], plain));
        plain.Should().Equal(Bytes(new Random(2), 1001), "the source is only read");
        new Rc4([1, 2, 3]).Apply(encrypted);
        encrypted.Should().Equal(plain);
    }

    [Fact]
    public void Keys_and_destinations_have_their_lengths()
    {
        FluentActions.Invoking(() => new Rc4([])).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new Rc4(new byte[257])).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new Rc4([1]).Apply(new byte[3], new byte[2])).Should().Throw<ArgumentOutOfRangeException>();
    }

    private static byte[] Bytes(Random random, int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] Plainly(byte[] key, byte[] bytes)
    {
        int[] s = [.. Enumerable.Range(0, 256)];
        for (int i = 0, j = 0; i < 256; i++)
        {
            j = (j + s[i] + key[i % key.Length]) % 256;
            (s[i], s[j]) = (s[j], s[i]);
        }

        var result = new List<byte>();
        for (int n = 0, i = 0, j = 0; n < 1024 + bytes.Length; n++)
        {
            i = (i + 1) % 256;
            j = (j + s[i]) % 256;
            (s[i], s[j]) = (s[j], s[i]);
            if (n >= 1024)
                result.Add((byte)(bytes[n - 1024] ^ s[(s[i] + s[j]) % 256]));
        }

        return [.. result];
    }
}
