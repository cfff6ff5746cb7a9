using System.Net;
using Pieces.Metadata;
using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Tests.Wire;

[Trait("Tier", "Pure")]
public class AllowedFastSetTests
{
    private static readonly string AllAa = string.Concat(Enumerable.Repeat("aa", 20));
    private static readonly string FfAndZeros = "ff" + new string('0', 38);

    public static TheoryData<string, string, int, int, int[]> Vectors => new()
    {
        { AllAa, "80.4.4.200", 1313, 7, [1059, 431, 808, 1217, 287, 376, 1188] },
        { AllAa, "80.4.4.200", 1313, 9, [1059, 431, 808, 1217, 287, 376, 1188, 353, 508] },
        { AllAa, "80.4.4.200", 2, 4, [1, 0] },
        { FfAndZeros, "192.168.0.1", 1000, 10, [686, 459, 278, 200, 404, 834, 64, 203, 760, 950] },
        { FfAndZeros, "10.0.0.1", 1000, 10, [568, 188, 466, 452, 550, 662, 109, 226, 398, 11] },
        { FfAndZeros, "10.0.0.1", 9, 10, [8, 6, 7, 5, 1, 4, 0, 2, 3] },
    };

    [Theory]
    [MemberData(nameof(Vectors))]
    public void The_set_is_the_one_of_the_BEP(string infoHash, string address, int pieces, int count, int[] expected) =>
        SetOf(infoHash, address, pieces, count).Should().Equal(expected);

    [Fact]
    public void A_mapped_address_gets_the_set_of_its_IPv4_address() =>
        SetOf(AllAa, "::ffff:80.4.4.200", 1313, 7).Should().Equal(SetOf(AllAa, "80.4.4.200", 1313, 7));

    [Fact]
    public void An_IPv6_address_gets_none() => SetOf(AllAa, "2001:db8::1", 1313, 7).Should().BeEmpty();

    private static int[] SetOf(string infoHash, string address, int pieces, int count)
    {
        InfoHash.TryParse(infoHash, out InfoHash hash).Should().BeTrue();
        var layout = new PieceLayout(pieces * 16384L, 16384);
        return [.. AllowedFastSet.Of(SwarmKey.Of(hash), IPAddress.Parse(address), layout, count).Select(piece => piece.Value)];
    }
}
