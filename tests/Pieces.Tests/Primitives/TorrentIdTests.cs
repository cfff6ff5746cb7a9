using System.Security.Cryptography;
using Pieces.Primitives;

namespace Pieces.Tests.Primitives;

[Trait("Tier", "Pure")]
public class TorrentIdTests
{
    private static readonly byte[] Info = "d4:name1:ae"u8.ToArray();
    private static readonly InfoHash First = InfoHash.OfInfo(Info);
    private static readonly InfoHashV2 Second = InfoHashV2.OfInfo(Info);
    private static readonly InfoHash OtherFirst = InfoHash.OfInfo("de"u8);
    private static readonly InfoHashV2 OtherSecond = InfoHashV2.OfInfo("de"u8);

    [Fact]
    public void One_hash_in_common_is_enough_and_one_that_differs_is_too_many()
    {
        TorrentId v1 = new(First, null), v2 = new(null, Second), hybrid = new(First, Second);
        foreach (TorrentId id in new[] { v1, v2, hybrid })
        {
            id.IsSameAs(id).Should().BeTrue();
            id.IsSameAs(hybrid).Should().BeTrue();
            hybrid.IsSameAs(id).Should().BeTrue();
        }

        v1.IsSameAs(v2).Should().BeFalse("nothing says that they belong together");
        hybrid.IsSameAs(new TorrentId(First, OtherSecond)).Should().BeFalse();
        hybrid.IsSameAs(new TorrentId(OtherFirst, Second)).Should().BeFalse();
        v1.IsSameAs(new TorrentId(OtherFirst, Second)).Should().BeFalse();
        default(TorrentId).IsSameAs(default).Should().BeFalse();
    }

    [Fact]
    public void A_torrent_without_any_hash_is_none() =>
        FluentActions.Invoking(() => new TorrentId(null, null)).Should().Throw<ArgumentException>();

    [Fact]
    public void The_key_of_a_swarm_is_the_v1_info_hash_or_the_front_of_the_v2_info_hash()
    {
        byte[] key = new byte[SwarmKey.Length];
        SwarmKey.Of(First).CopyTo(key);
        First.Matches(key).Should().BeTrue();
        SwarmKey.Of(First).ToString().Should().Be(First.ToString());
        SwarmKey.Of(Second).ToString().Should().Be(Second.ToString()[..40]);
        SwarmKey.FromBytes(key).Should().Be(SwarmKey.Of(First)).And.NotBe(SwarmKey.Of(Second));
        FluentActions.Invoking(() => SwarmKey.FromBytes(new byte[21])).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void A_hybrid_is_in_the_swarm_of_v1_as_it_is_used()
    {
        new TorrentId(First, null).Swarms.Should().Equal(SwarmKey.Of(First));
        new TorrentId(First, Second).Swarms.Should().Equal(SwarmKey.Of(First));
        new TorrentId(null, Second).Swarms.Should().Equal(SwarmKey.Of(Second));
        new TorrentId(First, Second).ToString().Should().Be(First.ToString());
        new TorrentId(null, Second).ToString().Should().Be(Second.ToString());
    }

    [Fact]
    public void A_v2_info_hash_is_the_sha_256_of_the_info_and_is_read_as_it_is_written()
    {
        byte[] bytes = new byte[InfoHashV2.Length];
        Second.CopyTo(bytes);
        bytes.Should().Equal(SHA256.HashData(Info));
        Second.ToString().Should().Be(Convert.ToHexStringLower(bytes));
        InfoHashV2.FromBytes(bytes).Should().Be(Second).And.NotBe(OtherSecond);
        InfoHashV2.TryParse(Second.ToString().ToUpperInvariant(), out InfoHashV2 read).Should().BeTrue();
        read.Should().Be(Second);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("d8dd32ac93357c368556af3ac1d95c9d76bd0dff6fa9833ecdac3d53134efab")]
    [InlineData("d8dd32ac93357c368556af3ac1d95c9d76bd0dff6fa9833ecdac3d53134efabb0")]
    [InlineData("g8dd32ac93357c368556af3ac1d95c9d76bd0dff6fa9833ecdac3d53134efabb")]
    public void What_is_no_v2_info_hash_is_not_read_as_one(string? text) => InfoHashV2.TryParse(text, out _).Should().BeFalse();

    [Fact]
    public void A_hash_of_another_length_is_refused()
    {
        FluentActions.Invoking(() => InfoHashV2.FromBytes(new byte[31])).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => InfoHashV2.FromBytes(new byte[33])).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new BlockDigest(new byte[33])).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Block_digests_are_compared_by_every_byte()
    {
        byte[] bytes = SHA256.HashData(Info);
        var digest = new BlockDigest(bytes);
        for (int i = 0; i < bytes.Length; i++)
        {
            byte[] other = [.. bytes];
            other[i] ^= 1;
            new BlockDigest(other).Should().NotBe(digest);
        }

        new BlockDigest([.. bytes]).Should().Be(digest);
        new BlockDigest(bytes.AsSpan(0, 20)).Should().Be(new BlockDigest(bytes.AsSpan(0, 20))).And.NotBe(digest);
    }
}
