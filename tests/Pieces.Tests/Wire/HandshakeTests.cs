using System.Text;
using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Tests.Wire;

[Trait("Tier", "Pure")]
public class HandshakeTests
{
    private static readonly byte[] Bytes =
    [
        0x13, .. "BitTorrent protocol"u8, 0, 0, 0, 0, 0, 0x10, 0, 0x04,
        .. Convert.FromHexString("631a31dd0a46257d5078c0dee4e66e26f73e42ac"), .. "-PC0100-abcdefghijkl"u8,
    ];

    [Fact]
    public void A_handshake_is_68_bytes_with_everything_in_its_place()
    {
        InfoHash.TryParse("631a31dd0a46257d5078c0dee4e66e26f73e42ac", out InfoHash infoHash).Should().BeTrue();
        byte[] written = new byte[Handshake.Length];
        new Handshake(ReservedBits.Own, SwarmKey.Of(infoHash), PeerId.FromBytes("-PC0100-abcdefghijkl"u8)).WriteTo(written);
        written.Should().Equal(Bytes);
    }

    [Fact]
    public void What_is_written_is_read_back()
    {
        Handshake handshake = Handshake.Read(Bytes);
        handshake.InfoHash.ToString().Should().Be("631a31dd0a46257d5078c0dee4e66e26f73e42ac");
        handshake.PeerId.Should().Be(PeerId.FromBytes("-PC0100-abcdefghijkl"u8));
        handshake.Reserved.Should().Be(ReservedBits.Own);
    }

    [Theory]
    [InlineData(5, 0x10, true, false, false)]
    [InlineData(7, 0x04, false, true, false)]
    [InlineData(7, 0x01, false, false, true)]
    [InlineData(0, 0xff, false, false, false)]
    public void Each_reserved_bit_has_its_meaning(int at, byte value, bool extensions, bool fast, bool dht)
    {
        byte[] bytes = [.. Bytes];
        bytes.AsSpan(20, 8).Clear();
        bytes[20 + at] = value;
        ReservedBits reserved = Handshake.Read(bytes).Reserved;
        (reserved.HasExtensions, reserved.HasFast, reserved.HasDht).Should().Be((extensions, fast, dht));
    }

    [Fact]
    public void The_bit_of_the_DHT_is_set_and_cleared_alone()
    {
        ReservedBits with = ReservedBits.Own.WithDht(true);
        with.HasDht.Should().BeTrue();
        with.WithDht(false).Should().Be(ReservedBits.Own);
    }

    [Fact]
    public void Another_protocol_shows_at_its_first_byte()
    {
        Handshake.CanBegin(Encoding.ASCII.GetBytes("G")).Should().BeFalse();
        Handshake.CanBegin([]).Should().BeTrue();
        Handshake.CanBegin(Bytes.AsSpan(0, 7)).Should().BeTrue();
        byte[] wrong = [.. Bytes];
        wrong[19] ^= 1;
        FluentActions.Invoking(() => Handshake.Read(wrong)).Should().Throw<PeerProtocolException>();
    }
}
