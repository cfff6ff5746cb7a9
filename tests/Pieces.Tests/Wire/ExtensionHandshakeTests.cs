using System.Collections.Immutable;
using System.Net;
using System.Text;
using Pieces.Wire;

namespace Pieces.Tests.Wire;

[Trait("Tier", "Pure")]
public class ExtensionHandshakeTests
{
    // BEP 10 counts 6 bytes for the second name, which has 7 in UTF-8.
    [Fact]
    public void The_example_of_the_BEP_is_understood()
    {
        ExtensionHandshake handshake = Decode("d1:md11:LT_metadatai1e7:µT_PEXi2ee1:pi6881e1:v13:µTorrent 1.2e");
        handshake.Extensions.Should().Equal(new Dictionary<string, byte> { ["LT_metadata"] = 1, ["µT_PEX"] = 2 });
        handshake.Port.Should().Be(6881);
        handshake.Client.Should().Be("µTorrent 1.2");
    }

    [Fact]
    public void The_size_of_the_metadata_is_understood()
    {
        ExtensionHandshake handshake = Decode("d1:md11:ut_metadatai3ee13:metadata_sizei31235ee");
        handshake.Extensions["ut_metadata"].Should().Be(3);
        handshake.MetadataSize.Should().Be(31235);
    }

    [Theory]
    [InlineData("d1:md11:LT_metadatai1e7:µT_PEXi2ee1:pi6881e1:v13:µTorrent 1.2e")]
    [InlineData("d1:md11:ut_metadatai3ee13:metadata_sizei31235ee")]
    [InlineData("d1:mdee")]
    public void It_is_encoded_byte_for_byte(string text) => Encoding.UTF8.GetString(Decode(text).Encode()).Should().Be(text);

    [Fact]
    public void Everything_that_is_said_comes_through()
    {
        var handshake = new ExtensionHandshake
        {
            Extensions = ImmutableSortedDictionary.Create<string, byte>(StringComparer.Ordinal).Add("ut_pex", 1).Add("ut_metadata", 2),
            Client = "Pieces 0.1.0",
            Port = 6881,
            RequestQueue = 512,
            YourAddress = IPAddress.Parse("2001:db8::1"),
            MetadataSize = 17,
            IsUploadOnly = true,
        };
        ExtensionHandshake read = ExtensionHandshake.Decode(handshake.Encode());
        read.Should().BeEquivalentTo(handshake);
        (handshake with { YourAddress = IPAddress.Parse("::ffff:1.2.3.4") }).Encode().Should().ContainInConsecutiveOrder("6:yourip4:"u8.ToArray());
    }

    [Theory]
    [InlineData("metadata_size", "-1")]
    [InlineData("metadata_size", "0")]
    [InlineData("metadata_size", "67108865")]
    [InlineData("metadata_size", "2147483648")]
    [InlineData("metadata_size", "4611686018427387904")]
    [InlineData("p", "0")]
    [InlineData("p", "65536")]
    [InlineData("p", "-6881")]
    [InlineData("reqq", "0")]
    [InlineData("reqq", "-1")]
    [InlineData("reqq", "2147483648")]
    public void A_number_out_of_range_counts_as_not_said(string key, string value)
    {
        ExtensionHandshake handshake = Decode($"d{key.Length}:{key}i{value}ee");
        handshake.Should().BeEquivalentTo(new ExtensionHandshake());
    }

    [Fact]
    public void The_largest_size_of_metadata_is_believed() =>
        Decode("d13:metadata_sizei67108864ee").MetadataSize.Should().Be(ExtensionHandshake.MaxMetadataSize);

    [Theory]
    [InlineData("d1:mi5e1:p3:abc4:reqqle1:vi7e6:yourip3:abce")]
    [InlineData("d1:mlee")]
    [InlineData("de")]
    public void A_value_of_a_wrong_type_counts_as_not_said(string text) => Decode(text).Should().BeEquivalentTo(new ExtensionHandshake());

    [Fact]
    public void Ids_out_of_range_are_left_out_and_zero_is_kept() =>
        Decode("d1:md1:ai0e1:bi256e1:ci-1e1:d1:x1:ei255eee").Extensions.Should().Equal(new Dictionary<string, byte> { ["a"] = 0, ["e"] = 255 });

    [Fact]
    public void No_more_extensions_are_kept_than_the_limit()
    {
        string many = string.Concat(Enumerable.Range(0, ExtensionHandshake.MaxExtensions + 1).Select(i => $"3:{i:000}i1e"));
        Decode($"d1:md{many}ee").Extensions.Should().HaveCount(ExtensionHandshake.MaxExtensions);
        Decode($"d1:md65:{new string('n', 65)}i1eee").Extensions.Should().BeEmpty();
        Decode($"d1:md64:{new string('n', 64)}i1eee").Extensions.Should().HaveCount(1);
    }

    [Fact]
    public void A_name_with_control_characters_is_made_safe() => Decode("d1:v5:a\u001b[1me").Client.Should().Be("a?[1m");

    [Fact]
    public void What_follows_the_dictionary_is_ignored() => Decode("d1:pi6881eexyz").Port.Should().Be(6881);

    [Theory]
    [InlineData("")]
    [InlineData("le")]
    [InlineData("i5e")]
    [InlineData("d1:p")]
    [InlineData("hello")]
    public void What_is_no_dictionary_is_refused(string text) => FluentActions.Invoking(() => Decode(text)).Should().Throw<PeerProtocolException>();

    [Fact]
    public void Deep_nesting_and_great_length_are_refused_quickly()
    {
        FluentActions.Invoking(() => Decode("d1:m" + new string('l', 60_000))).Should().Throw<PeerProtocolException>();
        FluentActions.Invoking(() => ExtensionHandshake.Decode(new byte[10_000_000])).Should().Throw<PeerProtocolException>();
        byte[] longest = new byte[ExtensionHandshake.MaxLength];
        "de"u8.CopyTo(longest);
        ExtensionHandshake.Decode(longest).Port.Should().BeNull();
        FluentActions.Invoking(() => ExtensionHandshake.Decode((byte[])[.. longest, 0])).Should().Throw<PeerProtocolException>();
    }

    private static ExtensionHandshake Decode(string text) => ExtensionHandshake.Decode(Encoding.UTF8.GetBytes(text));
}
