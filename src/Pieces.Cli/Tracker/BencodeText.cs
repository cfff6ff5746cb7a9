using System.Buffers;
using System.Globalization;
using System.Text;

namespace Pieces.Cli.Tracker;

/// <summary>Writes the few shapes of bencode that a tracker answers with; the caller keeps keys in order.</summary>
internal sealed class BencodeText
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>What was written.</summary>
    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();

    /// <summary>Begins a dictionary.</summary>
    public BencodeText Dictionary() => Raw("d"u8);

    /// <summary>Begins a list.</summary>
    public BencodeText List() => Raw("l"u8);

    /// <summary>Ends a dictionary or a list.</summary>
    public BencodeText End() => Raw("e"u8);

    /// <summary>Writes a string, a key or a value.</summary>
    public BencodeText Bytes(ReadOnlySpan<byte> value) =>
        Raw(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{value.Length}:"))).Raw(value);

    /// <summary>Writes a string.</summary>
    public BencodeText Text(string value) => Bytes(Encoding.UTF8.GetBytes(value));

    /// <summary>Writes a key and its number.</summary>
    public BencodeText Number(string key, long value) => Text(key).Raw(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"i{value}e")));

    private BencodeText Raw(ReadOnlySpan<byte> bytes)
    {
        _bytes.Write(bytes);
        return this;
    }
}
