using Pieces.Encryption;
using Pieces.Primitives;

namespace Pieces.Tests.Encryption;

/// <summary>All values of one key exchange, computed independently of this project.</summary>
internal static class MseVectors
{
    public static readonly SwarmKey Skey = SwarmKey.FromBytes(Convert.FromHexString("000102030405060708090a0b0c0d0e0f10111213"));
    public static readonly byte[] Xa = Hex("6e97acc604b14a4b79d2897dfa8c52393cbd7a86");
    public static readonly byte[] Xb = Hex("77f8a65bb7fb8785092e0727e816851e5e98f3c0");

    public static readonly byte[] Ya = Hex(
        "5e9aaf037c88a2bdeaf7f2cdf3ec1dd7f80c508687d97a8052354068fe53f401ca3fccd6f5d48a2ade4bb7a47f7512f9caeff6f9237a198f75bbe1df2ce67a5b"
        + "58f2cbb89500d7a561a2aa53c413fd4d347a7c5d349672c556c8010fd718a336");

    public static readonly byte[] Yb = Hex(
        "60a882259462628b8a7612bd4796b4e3a723842e950390b1777f11ebb710f2f93a75bf20993c7e6bbbc5bdacf308c3f7f51d76bf2c5197e3da29948758b9009d"
        + "6ef6e59926922039724279354bb6c2dd9cb134a4dd373fe780651c57c0354a95");

    public static readonly byte[] S = Hex(
        "a726224e6ddf3acc0bca700f8326f1cbc1e8b940fc808f7543ac5347fa512cfc721c4475e50c074309d3164e16a670aaede02717c1e91240a06bc172742c6c9b"
        + "770f85d2abdd7aa1639bda635f685105cabb5551b3b27e02af22737d804d9aa7");

    public static readonly byte[] Req1 = Hex("39b18ae917b61578bf00f84ca15c1092b947f4a3");
    public static readonly byte[] Req2XorReq3 = Hex("a49a782099942124facd7a75e62c6231ca2f997a");
    public static readonly byte[] KeyOfA = Hex("c1147e8c7354ff2547bd7b6f392ae5ce79f5fc10");
    public static readonly byte[] KeyOfB = Hex("9e10749227f34a03a222ca7311e020dfbad56a9b");

    /// <summary>A: VC, crypto_provide 2, no PadC, no IA.</summary>
    public static readonly byte[] OfferOfA = Hex("983b2a28b08daf14f16bfc1d59cbb26c");

    /// <summary>B: VC, crypto_select 2, no PadD.</summary>
    public static readonly byte[] ChoiceOfB = Hex("84248d46132726a16ad4988633d0");

    /// <summary>Random bytes that give this private key and no padding.</summary>
    public static ByteChance ChanceOf(byte[] privateKey) => ByteChance.Of(new FixedKey(privateKey));

    /// <summary>Random bytes that give random keys, and paddings of a fixed length.</summary>
    public static ByteChance ChanceWithPadding(int seed, int padding) => ByteChance.Of(new FixedPadding(seed, padding));

    private static byte[] Hex(string text) => Convert.FromHexString(text);

    private sealed class FixedKey(byte[] privateKey) : Random
    {
        public override void NextBytes(byte[] buffer)
        {
            Array.Clear(buffer);
            if (buffer.Length == privateKey.Length)
                privateKey.CopyTo(buffer, 0);
        }
    }

    private sealed class FixedPadding(int seed, int padding) : Random(seed)
    {
        public override void NextBytes(byte[] buffer)
        {
            if (buffer.Length == sizeof(ushort))
                System.Buffers.Binary.BinaryPrimitives.WriteUInt16LittleEndian(buffer, (ushort)padding);
            else
                base.NextBytes(buffer);
        }
    }
}
