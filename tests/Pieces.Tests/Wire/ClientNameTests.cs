using System.Text;
using Pieces.Primitives;
using Pieces.Wire;

namespace Pieces.Tests.Wire;

[Trait("Tier", "Pure")]
public class ClientNameTests
{
    [Theory]
    [InlineData("-AZ8421-", "Azureus/Vuze 8.4.2.1")]
    [InlineData("-TR4000-", "Transmission 4.0.0")]
    [InlineData("-TR400B-", "Transmission 4.0.0 beta")]
    [InlineData("-TR111Z-", "Transmission 1.11 dev")]
    [InlineData("-UT341\0-", "µTorrent 3.4.1")]
    [InlineData("-BT791B-", "BitTorrent 7.9.1 beta")]
    [InlineData("-qB4500-", "qBittorrent 4.5.0")]
    [InlineData("-DE2100-", "Deluge 2.1.0")]
    [InlineData("-LT20A0-", "libtorrent 2.0.10")]
    [InlineData("A2-1-18-8-", "aria2 1.18.8")]
    [InlineData("M1-2-3--", "Mainline 1.2.3")]
    [InlineData("S58B-----", "Shad0w 5.8.11")]
    [InlineData("-WW0007-", "WebTorrent 0.0.0.7")]
    [InlineData("TIX0193-", "Tixati 1.93")]
    [InlineData("-PC0100-", "Pieces 0.1.0")]
    public void A_known_id_gives_program_and_version(string front, string name) => ClientName.Of(Id(front)).Should().Be(name);

    [Theory]
    [InlineData("-IIO\u0010\u002d\u0004-", @"-IIO\x10-\x04-")]
    [InlineData("-XX1234-", "-XX1234-")]
    [InlineData("-TR\u001b[2-", @"-TR\x1b[2-z")]
    [InlineData("\\x41 \u00ff\u007f\u0000", @"\x5cx41\x20\xff\x7f\x00")]
    [InlineData("M-------", "M-------")]
    [InlineData("A2-999999", "A2-99999")]
    public void An_unknown_id_is_printed_with_its_odd_bytes_escaped(string front, string name) => ClientName.Of(Id(front)).Should().Be(name);

    [Fact]
    public void No_id_whatever_gives_a_character_that_a_terminal_acts_on()
    {
        var random = new Random(7);
        byte[] bytes = new byte[PeerId.Length];
        string[] fronts = ["", "-", "-TR", "-UT", "-AZ", "A2-1-", "M1-", "TIX", "S5"];
        for (int i = 0; i < 5000; i++)
        {
            random.NextBytes(bytes);
            Encoding.ASCII.GetBytes(fronts[i % fronts.Length], bytes);
            string name = ClientName.Of(PeerId.FromBytes(bytes));
            bool isSafe = name.Length is > 0 and <= ClientName.MaxLength && !name.Any(char.IsControl);
            isSafe.Should().BeTrue("{0} is printed as {1}", Convert.ToHexString(bytes), name);
        }
    }

    [Theory]
    [InlineData("µTorrent 1.2", "µTorrent 1.2")]
    [InlineData("a\u001b[31mb\r\nc\u202ed", "a?[31mb??c?d")]
    [InlineData("  ", "")]
    public void A_name_that_the_peer_gives_is_made_safe(string text, string safe) => ClientName.Printable(text).Should().Be(safe);

    [Fact]
    public void A_name_one_over_the_limit_is_cut()
    {
        ClientName.Printable(new string('x', ClientName.MaxLength)).Should().HaveLength(ClientName.MaxLength);
        ClientName.Printable(new string('x', ClientName.MaxLength + 1)).Should().HaveLength(ClientName.MaxLength);
    }

    private static PeerId Id(string front)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(front.PadRight(PeerId.Length, 'z')[..PeerId.Length]);
        return PeerId.FromBytes(bytes);
    }
}
