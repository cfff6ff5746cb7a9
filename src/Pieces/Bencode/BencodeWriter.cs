using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Pieces.Bencode;

/// <summary>Writes canonical bencode (BEP 3). Throws on unsorted keys and on values in place of keys, which are bugs of the caller.</summary>
internal sealed class BencodeWriter
{
    private readonly IBufferWriter<byte> _output;
    private readonly Stack<Level> _open = new();

    /// <summary>Writes to <paramref name="output"/>; the caller keeps ownership.</summary>
    public BencodeWriter(IBufferWriter<byte> output) => _output = output;

    /// <summary>Encodes one value into a new array.</summary>
    public static byte[] Encode(Action<BencodeWriter> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(new BencodeWriter(output));
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Begins a dictionary; <see cref="End"/> closes it.</summary>
    public void BeginDictionary() => Begin((byte)'d', new Level(isDictionary: true));

    /// <summary>Begins a list; <see cref="End"/> closes it.</summary>
    public void BeginList() => Begin((byte)'l', new Level(isDictionary: false));

    /// <summary>Closes the innermost list or dictionary.</summary>
    /// <exception cref="InvalidOperationException">None is open, or a key has no value.</exception>
    public void End()
    {
        if (_open.Count == 0 || _open.Peek().HasKey)
            throw new InvalidOperationException("nothing is open, or a key has no value");
        _open.Pop();
        _output.Write("e"u8);
    }

    /// <summary>Writes a key of the innermost dictionary; its value must follow.</summary>
    /// <exception cref="InvalidOperationException">A key is not allowed here, or it does not sort after the previous one.</exception>
    public void Key(ReadOnlySpan<byte> key)
    {
        if (_open.Count == 0 || !_open.Peek().IsDictionary || _open.Peek().HasKey)
            throw new InvalidOperationException("a key is not allowed at this point");
        Level level = _open.Peek();
        if (level.LastKey is { } last && key.SequenceCompareTo(last) <= 0)
            throw new InvalidOperationException($"key \"{Encoding.UTF8.GetString(key)}\" does not sort after the one before it");
        level.LastKey = key.ToArray();
        level.HasKey = true;
        WriteBytes(key);
    }

    /// <summary>Writes an integer.</summary>
    public void Integer(long value)
    {
        TakePlace();
        _output.Write("i"u8);
        WriteNumber(value);
        _output.Write("e"u8);
    }

    /// <summary>Writes a string of bytes.</summary>
    public void Bytes(ReadOnlySpan<byte> value)
    {
        TakePlace();
        WriteBytes(value);
    }

    /// <summary>Writes a string as UTF-8.</summary>
    public void Text(string value) => Bytes(Encoding.UTF8.GetBytes(value));

    /// <summary>Writes an encoded value unchanged and unchecked.</summary>
    public void Raw(ReadOnlySpan<byte> encoded)
    {
        TakePlace();
        _output.Write(encoded);
    }

    /// <summary>Writes a key and an integer.</summary>
    public void Integer(ReadOnlySpan<byte> key, long value)
    {
        Key(key);
        Integer(value);
    }

    /// <summary>Writes a key and a string of bytes.</summary>
    public void Bytes(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        Key(key);
        Bytes(value);
    }

    /// <summary>Writes a key and a string as UTF-8.</summary>
    public void Text(ReadOnlySpan<byte> key, string value)
    {
        Key(key);
        Text(value);
    }

    private void Begin(byte mark, Level level)
    {
        TakePlace();
        _open.Push(level);
        _output.Write([mark]);
    }

    private void TakePlace()
    {
        if (_open.Count == 0 || !_open.Peek().IsDictionary)
            return;
        if (!_open.Peek().HasKey)
            throw new InvalidOperationException("a key is expected at this point, not a value");
        _open.Peek().HasKey = false;
    }

    private void WriteBytes(ReadOnlySpan<byte> value)
    {
        WriteNumber(value.Length);
        _output.Write(":"u8);
        _output.Write(value);
    }

    private void WriteNumber(long value)
    {
        Utf8Formatter.TryFormat(value, _output.GetSpan(20), out int written);
        _output.Advance(written);
    }

    /// <summary>An open list or dictionary.</summary>
    private sealed class Level
    {
        public Level(bool isDictionary) => IsDictionary = isDictionary;

        public bool IsDictionary { get; }

        public bool HasKey { get; set; }

        public byte[]? LastKey { get; set; }
    }
}
