using Pieces.Primitives;

namespace Pieces.Tests.Primitives;

[Trait("Tier", "Pure")]
public class InfoHashTests
{
    [Theory]
    [InlineData("631a31dd0a46257d5078c0dee4e66e26f73e42ac", "631a31dd0a46257d5078c0dee4e66e26f73e42ac")]
    [InlineData("631A31DD0A46257D5078C0DEE4E66E26F73E42AC", "631a31dd0a46257d5078c0dee4e66e26f73e42ac")]
    [InlineData("MMNDDXIKIYSX2UDYYDPOJZTOE33T4QVM", "631a31dd0a46257d5078c0dee4e66e26f73e42ac")]
    [InlineData("mmnddxikiysx2udyydpojztoe33t4qvm", "631a31dd0a46257d5078c0dee4e66e26f73e42ac")]
    [InlineData("MFRGCYTBMJQWEYLCMFRGCYTBMJQWEYLC", "6162616261626162616261626162616261626162")]
    [InlineData("ZOCMZQIPFFW7OLLMIC5HUB6BPCSDEOQU", "cb84ccc10f296df72d6c40ba7a07c178a4323a14")]
    public void Reads_hexadecimal_and_base32(string text, string expected)
    {
        InfoHash.TryParse(text, out InfoHash infoHash).Should().BeTrue();
        infoHash.ToString().Should().Be(expected);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("abababab")]
    [InlineData("631a31dd0a46257d5078c0dee4e66e26f73e42a")]
    [InlineData("631a31dd0a46257d5078c0dee4e66e26f73e42acc")]
    [InlineData("631a31dd0a46257d5078c0dee4e66e26f73e42ag")]
    [InlineData(" 31a31dd0a46257d5078c0dee4e66e26f73e42ac")]
    [InlineData("MMNDDXIKIYSX2UDYYDPOJZTOE33T4QV1")]
    [InlineData("MMNDDXIKIYSX2UDYYDPOJZTOE33T4QV=")]
    [InlineData("631a31dd0a46257d5078c0dee4e66e26f73e42ac\n")]
    public void Refuses_anything_else(string? text) => InfoHash.TryParse(text, out _).Should().BeFalse();

    [Fact]
    public void Is_equal_by_its_bytes()
    {
        byte[] bytes = [.. Enumerable.Range(0, 20).Select(i => (byte)i)];
        InfoHash left = InfoHash.FromBytes(bytes);
        InfoHash right = InfoHash.FromBytes(bytes);
        (left == right).Should().BeTrue();
        left.GetHashCode().Should().Be(right.GetHashCode());
        left.Matches(bytes).Should().BeTrue();
        bytes[19] = 0;
        (left != InfoHash.FromBytes(bytes)).Should().BeTrue();
    }

    [Theory]
    [InlineData(19)]
    [InlineData(21)]
    public void Takes_twenty_bytes_and_no_other_number(int length)
    {
        Action make = () => InfoHash.FromBytes(new byte[length]);
        make.Should().Throw<ArgumentOutOfRangeException>();
    }
}
