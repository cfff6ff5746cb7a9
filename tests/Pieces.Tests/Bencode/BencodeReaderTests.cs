using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Pieces.Bencode;

namespace Pieces.Tests.Bencode;

[Trait("Tier", "Pure")]
public class BencodeReaderTests
{
    [Theory]
    [InlineData("i0e", 0)]
    [InlineData("i-1e", -1)]
    [InlineData("i9223372036854775807e", long.MaxValue)]
    [InlineData("i-9223372036854775808e", long.MinValue)]
    public void Reads_integers_of_64_bits(string text, long expected)
    {
        Read(text).TryGetInteger(out long value).Should().BeTrue();
        value.Should().Be(expected);
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("e", 0)]
    [InlineData("x", 0)]
    [InlineData("-1:a", 0)]
    [InlineData("ie", 0)]
    [InlineData("i-e", 0)]
    [InlineData("i-0e", 0)]
    [InlineData("i00e", 0)]
    [InlineData("i01e", 0)]
    [InlineData("i-01e", 0)]
    [InlineData("i+1e", 0)]
    [InlineData("i 1e", 0)]
    [InlineData("i1.5e", 0)]
    [InlineData("i1", 0)]
    [InlineData("i9223372036854775808e", 0)]
    [InlineData("i-9223372036854775809e", 0)]
    [InlineData("3:ab", 0)]
    [InlineData("3", 0)]
    [InlineData("00:", 0)]
    [InlineData("01:a", 0)]
    [InlineData("99999999999999999999:a", 0)]
    [InlineData("1:ab", 3)]
    [InlineData("l", 1)]
    [InlineData("li1e", 4)]
    [InlineData("d1:a", 4)]
    [InlineData("d1:ae", 4)]
    [InlineData("di1ei2ee", 1)]
    [InlineData("dlei1ee", 1)]
    [InlineData("d1:ai1e1:ai2ee", 7)]
    [InlineData("d1:ai1e1:bi1e1:ai2ee", 13)]
    [InlineData("ld1:bi1e1:ai1e1:bi2eee", 14)]
    public void Refuses_what_is_not_bencode_and_says_where(string text, int offset)
    {
        Action read = () => Read(text);
        BencodeException error = read.Should().Throw<BencodeException>().Which;
        error.Offset.Should().Be(offset);
        error.Message.Should().StartWith($"bencode, byte {offset}: ");
        BencodeReader.TryRead(Encoding.Latin1.GetBytes(text), out _).Should().BeFalse();
    }

    [Theory]
    [InlineData("i007e", 1)]
    [InlineData("i-0e", 1)]
    [InlineData("i99999999999999999999e", 1)]
    [InlineData("i+1e", 1)]
    [InlineData("i1.5e", 1)]
    [InlineData("ie", 1)]
    [InlineData("003:abc", 1)]
    [InlineData("d1:ai1e1:ai2ee", 5)]
    [InlineData("d1:bi1e1:ai1e1:bi2ee", 7)]
    public void Takes_odd_values_from_those_who_only_inform_us(string text, int nodes)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text);
        BencodeReader.TryRead(bytes, out _).Should().BeFalse();
        BencodeReader.TryRead(bytes, out BencodeNode root, nodes, BencodeUse.Lenient).Should().BeTrue();
        root.Oddity.Should().StartWith("bencode, byte ");
        BencodeReader.TryRead(bytes, out _, nodes - 1, BencodeUse.Lenient).Should().BeFalse("the limits hold for every use");
    }

    [Fact]
    public void An_odd_value_costs_only_itself()
    {
        byte[] bytes = Encoding.Latin1.GetBytes("d1:ai007e1:ai8e3:bigi99999999999999999999e1:ci1.5e1:di5ee");
        BencodeReader.TryRead(bytes, out BencodeNode root, use: BencodeUse.Lenient).Should().BeTrue();
        root.TryGetInteger("a"u8, out long first).Should().BeTrue();
        first.Should().Be(7, "of a key that occurs twice the first one counts");
        root.TryGetInteger("big"u8, out _).Should().BeFalse();
        root.TryGetInteger("c"u8, out _).Should().BeFalse();
        root.TryGetInteger("d"u8, out long last).Should().BeTrue();
        last.Should().Be(5);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ixe")]
    [InlineData("i1")]
    [InlineData("99:a")]
    [InlineData("d1:ae")]
    [InlineData("di1ei2ee")]
    public void Refuses_what_is_not_bencode_for_every_use(string text) =>
        BencodeReader.TryRead(Encoding.Latin1.GetBytes(text), out _, use: BencodeUse.Lenient).Should().BeFalse();

    [Fact]
    public void Every_node_knows_its_own_bytes()
    {
        BencodeNode root = Read("d4:infod1:ai1e1:bl1:x0:eee");
        root.TryGetDictionary("info"u8, out BencodeNode info).Should().BeTrue();
        info.Offset.Should().Be(7);
        Text(info.Raw).Should().Be("d1:ai1e1:bl1:x0:ee");
        info.TryGetList("b"u8, out BencodeNode list).Should().BeTrue();
        Text(list.Raw).Should().Be("l1:x0:e");
        var items = new List<string>();
        foreach (BencodeNode item in list.Items)
            items.Add(Text(item.Raw));
        items.Should().Equal("1:x", "0:");
    }

    [Fact]
    public void Keys_out_of_order_are_read()
    {
        BencodeNode root = Read("d1:bi1e1:ai2ee");
        root.TryGetInteger("a"u8, out long a).Should().BeTrue();
        root.TryGetInteger("b"u8, out long b).Should().BeTrue();
        (a, b).Should().Be((2, 1));
    }

    [Fact]
    public void A_prefix_leaves_the_bytes_behind_it_alone()
    {
        byte[] message = Encoding.Latin1.GetBytes("d8:msg_typei1e5:piecei0e10:total_sizei34256eeRAW");
        BencodeNode root = BencodeReader.ReadPrefix(message, out int consumed);
        Text(message.AsMemory(consumed)).Should().Be("RAW");
        root.TryGetInteger("total_size"u8, out long size).Should().BeTrue();
        size.Should().Be(34256);
    }

    [Fact]
    public void Reads_an_extension_handshake()
    {
        BencodeNode root = Read("d1:md11:LT_metadatai1e7:\u00C2\u00B5T_PEXi2ee1:pi6881e1:v13:\u00C2\u00B5Torrent 1.2e");
        root.TryGetDictionary("m"u8, out BencodeNode ids).Should().BeTrue();
        ids.TryGetInteger("µT_PEX"u8, out long pex).Should().BeTrue();
        root.TryGetInteger("p"u8, out long port).Should().BeTrue();
        root.TryGetText("v"u8, out string? version).Should().BeTrue();
        (pex, port, version).Should().Be((2, 6881, "µTorrent 1.2"));
    }

    [Fact]
    public void A_value_of_another_kind_is_no_value_and_no_exception()
    {
        BencodeNode root = Read("d1:ai1e1:b1:xe");
        root.TryGetInteger("b"u8, out _).Should().BeFalse();
        root.TryGetBytes("a"u8, out _).Should().BeFalse();
        root.TryGetText("a"u8, out _).Should().BeFalse();
        root.TryGetList("a"u8, out _).Should().BeFalse();
        root.TryGetDictionary("b"u8, out _).Should().BeFalse();
        root.TryGet("c"u8, out BencodeNode missing).Should().BeFalse();
        missing.Kind.Should().Be(BencodeKind.None);
        missing.TryGetInteger("a"u8, out _).Should().BeFalse();
        missing.Items.MoveNext().Should().BeFalse();
        missing.Entries.MoveNext().Should().BeFalse();
        root.TryGetInteger(out _).Should().BeFalse();
    }

    [Fact]
    public void Text_is_valid_utf8_or_loose()
    {
        BencodeNode bad = Read("2:a\u00FF");
        bad.TryGetText(out _).Should().BeFalse();
        bad.TryGetLooseText(out string? loose).Should().BeTrue();
        loose.Should().Be("a\uFFFD");
    }

    [Fact]
    public void Nesting_is_read_to_its_limit_and_refused_one_beyond()
    {
        Read(Nested(BencodeReader.MaxDepth)).Kind.Should().Be(BencodeKind.List);
        Action read = () => Read(Nested(BencodeReader.MaxDepth + 1));
        read.Should().Throw<BencodeException>().WithMessage("*over the limit of 100 nested lists and dictionaries")
            .Which.Offset.Should().Be(BencodeReader.MaxDepth);
    }

    [Fact]
    public void A_hundred_thousand_lists_that_never_close_are_refused()
    {
        Action read = () => Read(new string('l', 100_000));
        read.Should().Throw<BencodeException>();
    }

    [Fact]
    public void Values_are_read_to_their_limit_and_refused_one_beyond()
    {
        byte[] most = Encoding.Latin1.GetBytes("l" + string.Concat(Enumerable.Repeat("0:", 9)) + "e");
        BencodeReader.TryRead(most, out _, maxNodes: 10).Should().BeTrue();
        BencodeReader.TryRead(most, out _, maxNodes: 9).Should().BeFalse();

        byte[] flood = new byte[(2 * BencodeReader.MaxNodes) + 2];
        MemoryMarshal.Cast<byte, ushort>(flood.AsSpan(..^2)).Fill(BinaryPrimitives.ReadUInt16LittleEndian("le"u8));
        flood[1] = (byte)'l';
        flood[^1] = (byte)'e';
        Action read = () => BencodeReader.Read(flood, int.MaxValue);
        read.Should().Throw<BencodeException>().WithMessage("*over the limit of 8388608 values");
    }

    [Fact]
    public void A_small_buffer_costs_little_memory()
    {
        byte[] bytes = Encoding.Latin1.GetBytes("l" + string.Concat(Enumerable.Repeat("0:", 29)) + "e");
        BencodeReader.Read(bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        BencodeReader.Read(bytes);
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(2048);
    }

    [Fact]
    public void A_length_near_the_top_of_32_bits_allocates_nothing()
    {
        byte[] bytes = "2147483647:a"u8.ToArray();
        BencodeReader.TryRead(bytes, out _).Should().BeFalse();
        long before = GC.GetAllocatedBytesForCurrentThread();
        BencodeReader.TryRead(bytes, out _).Should().BeFalse();
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(8192);
    }

    [Fact]
    public void A_large_dictionary_out_of_order_is_read_in_good_time()
    {
        var text = new StringBuilder("d");
        for (int i = 99_999; i >= 0; i--)
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"5:{i:d5}i{i}e");
        BencodeNode root = Read(text.Append('e').ToString());
        root.TryGetInteger("00000"u8, out long value).Should().BeTrue();
        value.Should().Be(0);
    }

    [Fact]
    public void What_the_writer_writes_the_reader_reads()
    {
        var random = new Random(1);
        for (int i = 0; i < 2000; i++)
        {
            byte[] bytes = Bencoded.Of(Bencoded.Random(random, depth: 4));
            BencodeNode node = BencodeReader.Read(bytes);
            Bencoded.Of(Bencoded.ToObject(node)).Should().Equal(bytes);
        }
    }

    [Fact]
    public void Damaged_bencode_gives_nothing_but_bencode_exceptions()
    {
        var random = new Random(2);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = Bencoded.Of(Bencoded.Random(random, depth: 3));
            for (int n = random.Next(1, 4); n > 0; n--)
                bytes[random.Next(bytes.Length)] = random.Next(2) == 0 ? (byte)random.Next(256) : (byte)"dlie:0123456789-"[random.Next(16)];
            if (BencodeReader.TryReadPrefix(bytes.AsMemory(0, random.Next(bytes.Length + 1)), out BencodeNode node, out _))
                Bencoded.ToObject(node).Should().NotBeNull();
        }
    }

    private static BencodeNode Read(string text) => BencodeReader.Read(Encoding.Latin1.GetBytes(text));

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.Latin1.GetString(bytes.Span);

    private static string Nested(int depth) => new string('l', depth) + new string('e', depth);
}
