using System.Text;
using Pieces.Bencode;

namespace Pieces.Tests.Bencode;

[Trait("Tier", "Pure")]
public class BencodeWriterTests
{
    [Fact]
    public void Writes_every_kind_of_value()
    {
        byte[] bytes = BencodeWriter.Encode(writer =>
        {
            writer.BeginDictionary();
            writer.Integer("a"u8, long.MinValue);
            writer.Key("b"u8);
            writer.BeginList();
            writer.Text("é");
            writer.Bytes([]);
            writer.Raw("i7e"u8);
            writer.End();
            writer.Bytes("c"u8, "xy"u8);
            writer.Text("d"u8, "z");
            writer.End();
        });
        Encoding.UTF8.GetString(bytes).Should().Be("d1:ai-9223372036854775808e1:bl2:é0:i7ee1:c2:xy1:d1:ze");
    }

    [Theory]
    [InlineData("b", "a")]
    [InlineData("a", "a")]
    [InlineData("aa", "a")]
    public void Refuses_keys_out_of_order(string first, string second)
    {
        Action write = () => BencodeWriter.Encode(writer =>
        {
            writer.BeginDictionary();
            writer.Integer(Encoding.UTF8.GetBytes(first), 1);
            writer.Integer(Encoding.UTF8.GetBytes(second), 1);
        });
        write.Should().Throw<InvalidOperationException>().WithMessage("*does not sort*");
    }

    [Fact]
    public void Keys_sort_by_their_bytes_as_unsigned()
    {
        Action write = () => BencodeWriter.Encode(writer =>
        {
            writer.BeginDictionary();
            writer.Integer([0x7F], 1);
            writer.Integer([0x80], 1);
            writer.End();
        });
        write.Should().NotThrow();
    }

    [Fact]
    public void Refuses_a_value_where_a_key_belongs()
    {
        Action write = () => BencodeWriter.Encode(writer =>
        {
            writer.BeginDictionary();
            writer.Integer(1);
        });
        write.Should().Throw<InvalidOperationException>();
    }

    [Fact]
    public void Refuses_to_close_a_dictionary_after_a_key()
    {
        Action write = () => BencodeWriter.Encode(writer =>
        {
            writer.BeginDictionary();
            writer.Key("a"u8);
            writer.End();
        });
        write.Should().Throw<InvalidOperationException>();
    }

    [Fact]
    public void Refuses_a_key_in_a_list()
    {
        Action write = () => BencodeWriter.Encode(writer =>
        {
            writer.BeginList();
            writer.Key("a"u8);
        });
        write.Should().Throw<InvalidOperationException>();
    }

    [Fact]
    public void Refuses_to_close_what_is_not_open()
    {
        Action write = () => BencodeWriter.Encode(writer => writer.End());
        write.Should().Throw<InvalidOperationException>();
    }
}
