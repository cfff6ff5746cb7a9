using System.Buffers;
using System.Buffers.Text;

namespace Pieces.Bencode;

/// <summary>The single pass of <see cref="BencodeReader"/> over a buffer: checks the grammar and records the position of every value.</summary>
internal ref struct BencodePass
{
    private const int FirstCapacity = 64;

    // Maximum length in bytes of an irregularly written number.
    private const int MaxNumberLength = 64;

    private const int ManyNodes = 256 * 1024;

    private static readonly SearchValues<byte> NumberBytes = SearchValues.Create("0123456789+-. E"u8);

    private const string RepeatedKey = "a key that its dictionary already has";

    private readonly ReadOnlyMemory<byte> _buffer;
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly Span<Frame> _open;
    private readonly int _maxNodes;
    private readonly BencodeUse _use;
    private BencodeTree.Record[] _records;
    private int _count;
    private int _depth;
    private int _at;

    /// <summary>Prepares a pass; <paramref name="open"/> has one element per permitted nesting level.</summary>
    public BencodePass(ReadOnlyMemory<byte> buffer, Span<Frame> open, int maxNodes, BencodeUse use)
    {
        _use = use;
        _buffer = buffer;
        _bytes = buffer.Span;
        _open = open;
        _maxNodes = maxNodes;
        // No value is shorter than two bytes, so a small buffer needs only a small array.
        _records = new BencodeTree.Record[Math.Min(FirstCapacity, (buffer.Length / 2) + 1)];
    }

    /// <summary>Irregularities that only <see cref="BencodeUse.Lenient"/> accepts; null if there are none.</summary>
    public List<BencodeException>? Oddities { get; private set; }

    /// <summary>Reads one value from the start of the buffer.</summary>
    /// <exception cref="BencodeException">The buffer does not start with a complete value, or exceeds a limit.</exception>
    public BencodeTree.Record[] Run()
    {
        do
        {
            byte first = Peek();
            if (first == 'e' && _depth > 0)
                Close();
            else if (first is >= (byte)'0' and <= (byte)'9')
                ReadBytes();
            else if (_depth > 0 && _open[_depth - 1].WantsKey)
                throw Fault("a dictionary key must be a string");
            else if (first == 'i')
                ReadInteger();
            else if (first is (byte)'l' or (byte)'d')
                Open(isDictionary: first == 'd');
            else
                throw Fault($"0x{first:x2} does not begin a value");
        }
        while (_depth > 0);
        return _records;
    }

    private readonly byte Peek() => _at < _bytes.Length ? _bytes[_at] : throw Fault("the data ends in the middle of a value");

    private readonly BencodeException Fault(string message) => new(_at, message);

    // Records something that two readers may interpret differently. It is an error only in strict mode.
    private void NoteOddity(int offset, string message)
    {
        var fault = new BencodeException(offset, message);
        if (_use == BencodeUse.Strict)
            throw fault;
        Oddities ??= [];
        if (Oddities.Count == BencodeReader.MaxOddities)
            throw BencodeException.OverLimit(offset, BencodeReader.MaxOddities, "irregular numbers and repeated keys");
        Oddities.Add(fault);
    }

    private int Add(int start, int end)
    {
        if (_count == _maxNodes)
            throw BencodeException.OverLimit(_at, _maxNodes, "values");
        if (_count == _records.Length)
            Array.Resize(ref _records, NextCapacity());
        _records[_count] = new BencodeTree.Record(start, end, _count + 1);
        return _count++;
    }

    // Double the capacity while it is small. For large torrents, extrapolate from the bytes read so far: they are long lists of similar values.
    private readonly int NextCapacity()
    {
        double expected = _count < ManyNodes ? 2d * _count : (double)_count * _bytes.Length / _at * 1.02;
        return (int)Math.Min(Math.Clamp(expected, 1.125 * _count, 2d * _count), _maxNodes);
    }

    private void Open(bool isDictionary)
    {
        if (_depth == _open.Length)
            throw BencodeException.OverLimit(_at, _open.Length, "nested lists and dictionaries");
        int index = Add(_at, end: 0);
        _open[_depth++] = new Frame { Index = index, LastKey = -1, IsDictionary = isDictionary, WantsKey = isDictionary };
        _at++;
    }

    private void Close()
    {
        Frame frame = _open[_depth - 1];
        if (frame.IsDictionary && !frame.WantsKey)
            throw Fault("a dictionary key has no value");
        _at++;
        _records[frame.Index] = new BencodeTree.Record(_records[frame.Index].Start, _at, _count);
        if (frame.IsUnsorted)
            CheckRepeatedKeys(frame.Index);
        _depth--;
        Complete();
    }

    private void ReadInteger()
    {
        int start = _at;
        int length = _bytes[start..].IndexOf((byte)'e');
        if (length < 0)
            throw Fault("an integer without an end");
        CheckNumber(_bytes.Slice(start + 1, length - 1));
        _at = start + length + 1;
        Add(start, _at);
        Complete();
    }

    private void CheckNumber(ReadOnlySpan<byte> number)
    {
        ReadOnlySpan<byte> digits = number.StartsWith("-"u8) ? number[1..] : number;
        if (digits.IsEmpty || digits.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            // The "e" terminates only data that looks like a number; anything else means that the buffer is not bencode.
            if (number.Length > MaxNumberLength || number.ContainsAnyExcept(NumberBytes))
                throw Fault("an integer without digits, or with other characters");
            NoteOddity(_at, "an integer without digits, or with other characters");
        }
        else if (digits[0] == '0' && number.Length != 1)
        {
            NoteOddity(_at, "an integer with a leading zero, or minus zero");
        }
        else if (!Utf8Parser.TryParse(number, out long _, out int used) || used != number.Length)
        {
            NoteOddity(_at, "an integer that does not fit in 64 bits");
        }
    }

    private void ReadBytes()
    {
        int start = _at;
        long length = 0;
        int at = start;
        for (; at < _bytes.Length && _bytes[at] is >= (byte)'0' and <= (byte)'9'; at++)
        {
            length = (length * 10) + (_bytes[at] - '0');
            if (length > _bytes.Length)
                throw Fault($"a string longer than the whole value of {_bytes.Length} bytes");
        }

        if (at == _bytes.Length || _bytes[at] != ':')
            throw Fault("a string length without a colon");
        if (_bytes[start] == '0' && at != start + 1)
            NoteOddity(_at, "a string length with a leading zero");
        at++;
        if (length > _bytes.Length - at)
            throw Fault($"a string of {length} bytes, but only {_bytes.Length - at} are left");
        _at = at + (int)length;
        int index = Add(start, _at);
        if (_depth > 0 && _open[_depth - 1].WantsKey)
            NoteKey(index);
        else
            Complete();
    }

    private void NoteKey(int index)
    {
        ref Frame frame = ref _open[_depth - 1];
        frame.WantsKey = false;
        if (frame.LastKey >= 0 && !frame.IsUnsorted)
        {
            int order = KeyAt(frame.LastKey).SequenceCompareTo(KeyAt(index));
            if (order == 0)
                NoteOddity(_records[index].Start, RepeatedKey);
            frame.IsUnsorted = order > 0;
        }

        frame.LastKey = index;
    }

    private readonly void Complete()
    {
        if (_depth > 0 && _open[_depth - 1].IsDictionary)
            _open[_depth - 1].WantsKey = true;
    }

    // Sorted keys are compared with their predecessors while they are read; only an unsorted dictionary needs a sort.
    private void CheckRepeatedKeys(int dictionary)
    {
        int count = 0;
        for (int i = dictionary + 1; i < _count; i = _records[_records[i].Next].Next)
            count++;
        int[] keys = new int[count];
        count = 0;
        for (int i = dictionary + 1; i < _count; i = _records[_records[i].Next].Next)
            keys[count++] = i;

        Array.Sort(keys, new KeyOrder(_buffer, _records));
        for (int i = 1; i < keys.Length; i++)
        {
            if (KeyAt(keys[i - 1]).SequenceEqual(KeyAt(keys[i])))
                NoteOddity(_records[keys[i]].Start, RepeatedKey);
        }
    }

    private readonly ReadOnlySpan<byte> KeyAt(int index) => KeyOf(_bytes, _records[index]);

    private static ReadOnlySpan<byte> KeyOf(ReadOnlySpan<byte> bytes, BencodeTree.Record record)
    {
        ReadOnlySpan<byte> raw = bytes[record.Start..record.End];
        return raw[(raw.IndexOf((byte)':') + 1)..];
    }

    /// <summary>An open list or dictionary.</summary>
    internal struct Frame
    {
        /// <summary>Index of its record.</summary>
        public int Index;

        /// <summary>Index of the latest key's record, or -1.</summary>
        public int LastKey;

        /// <summary>Whether it is a dictionary.</summary>
        public bool IsDictionary;

        /// <summary>Whether a key comes next.</summary>
        public bool WantsKey;

        /// <summary>Whether a key was followed by a smaller one.</summary>
        public bool IsUnsorted;
    }

    /// <summary>Orders keys by their bytes.</summary>
    private sealed class KeyOrder : IComparer<int>
    {
        private readonly ReadOnlyMemory<byte> _buffer;
        private readonly BencodeTree.Record[] _records;

        public KeyOrder(ReadOnlyMemory<byte> buffer, BencodeTree.Record[] records)
        {
            _buffer = buffer;
            _records = records;
        }

        public int Compare(int x, int y)
        {
            ReadOnlySpan<byte> bytes = _buffer.Span;
            return KeyOf(bytes, _records[x]).SequenceCompareTo(KeyOf(bytes, _records[y]));
        }
    }
}
