using System.Buffers.Binary;
using System.Text;

namespace Pieces.Fuzz.Engine;

/// <summary>Makes a new input from known ones. The same seed gives the same inputs.</summary>
internal sealed class Mutator(Random random, IReadOnlyList<byte[]> words, int maxLength)
{
    private const int MostSteps = 8;
    private const int MostRepeats = 64;
    private const int StretchEvery = 1024;

    private static readonly long[] Edges =
    [
        0, 1, -1, 2, 16, 31, 32, 127, 128, 255, 256, 1023, 1024, 16383, 16384, 16385, 32767, 32768, 65535, 65536, 131072,
        int.MaxValue, int.MinValue, (long)int.MaxValue + 1, uint.MaxValue, (long)uint.MaxValue + 1, long.MaxValue, long.MinValue,
    ];

    private static readonly int[] Lengths = [256, 1024, 4096, 16384, 65536, 131072];

    private readonly List<byte> _bytes = [];

    /// <summary>Changes one input in a few places, sometimes with parts of another.</summary>
    public byte[] Mutate(byte[] first, byte[] second)
    {
        _bytes.Clear();
        _bytes.AddRange(first);
        int steps = 1 << random.Next(4);
        for (int i = Math.Min(steps, MostSteps); i > 0; i--)
            Step(second);
        if (_bytes.Count > maxLength)
            _bytes.RemoveRange(maxLength, _bytes.Count - maxLength);
        if (random.Next(StretchEvery) == 0)
            Stretch();
        return [.. _bytes];
    }

    private void Step(byte[] other)
    {
        switch (random.Next(14))
        {
            case 0 when _bytes.Count > 0:
                _bytes[At()] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when _bytes.Count > 0:
                _bytes[At()] = (byte)random.Next(256);
                break;
            case 2:
                _bytes.Insert(Gap(), (byte)random.Next(256));
                break;
            case 3 when _bytes.Count > 0:
                int from = At();
                _bytes.RemoveRange(from, Math.Min(Length(), _bytes.Count - from));
                break;
            case 4 when _bytes.Count > 0:
                Duplicate();
                break;
            case 5 when other.Length > 0:
                int start = random.Next(other.Length);
                Insert(other.AsSpan(start, Math.Min(Length() * 2, other.Length - start)));
                break;
            case 6:
                WriteNumber();
                break;
            case 7:
                ChangeDecimal();
                break;
            case 8 or 9 when words.Count > 0:
                Insert(words[random.Next(words.Count)]);
                break;
            case 10 when words.Count > 0 && _bytes.Count > 0:
                Overwrite(words[random.Next(words.Count)]);
                break;
            case 11 when _bytes.Count > 1:
                _bytes.RemoveRange(At(), 1);
                break;
            case 12 when _bytes.Count > 0:
                int length = At();
                _bytes.RemoveRange(length, _bytes.Count - length);
                break;
            default:
                Insert(Encoding.ASCII.GetBytes($"{Edges[random.Next(Edges.Length)]}"));
                break;
        }
    }

    // A limit of the parser's own may be far above the usual length of an input, so a few inputs exceed that length.
    private void Stretch()
    {
        byte value = _bytes.Count > 0 && random.Next(2) == 0 ? _bytes[At()] : (byte)random.Next(256);
        int length = Lengths[random.Next(Lengths.Length)] + random.Next(-1, 2);
        _bytes.InsertRange(Gap(), Enumerable.Repeat(value, length));
    }

    private int At() => random.Next(_bytes.Count);

    private int Gap() => random.Next(_bytes.Count + 1);

    private int Length() => 1 + random.Next(1 << random.Next(7));

    private void Insert(ReadOnlySpan<byte> bytes)
    {
        if (_bytes.Count + bytes.Length <= maxLength)
            _bytes.InsertRange(Gap(), bytes);
    }

    private void Overwrite(byte[] word)
    {
        int at = At();
        for (int i = 0; i < word.Length && at + i < _bytes.Count; i++)
            _bytes[at + i] = word[i];
    }

    private void Duplicate()
    {
        int from = At();
        byte[] part = [.. _bytes.Skip(from).Take(Length())];
        for (int i = random.Next(1, random.Next(8) == 0 ? MostRepeats : 3); i > 0 && _bytes.Count + part.Length <= maxLength; i--)
            _bytes.InsertRange(from, part);
    }

    private void WriteNumber()
    {
        Span<byte> number = stackalloc byte[sizeof(long)];
        long value = Edges[random.Next(Edges.Length)] + random.Next(-1, 2);
        int width = 1 << random.Next(4);
        if (random.Next(2) == 0)
        {
            BinaryPrimitives.WriteInt64BigEndian(number, value);
            number = number[^width..];
        }
        else
        {
            BinaryPrimitives.WriteInt64LittleEndian(number, value);
            number = number[..width];
        }

        if (_bytes.Count < width)
            return;
        int at = random.Next(_bytes.Count - width + 1);
        for (int i = 0; i < width; i++)
            _bytes[at + i] = number[i];
    }

    // The text of a number, as bencode and HTTP have them, becomes another one.
    private void ChangeDecimal()
    {
        if (_bytes.Count == 0)
            return;
        int at = _bytes.FindIndex(At(), b => b is >= (byte)'0' and <= (byte)'9');
        if (at < 0)
            return;
        int end = at;
        while (end < _bytes.Count && _bytes[end] is >= (byte)'0' and <= (byte)'9')
            end++;
        string text = Encoding.ASCII.GetString([.. _bytes.Skip(at).Take(Math.Min(end - at, 18))]);
        long value = long.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
        string changed = random.Next(5) switch
        {
            0 => $"{value + 1}",
            1 => $"{value - 1}",
            2 => $"0{value}",
            3 => $"{Edges[random.Next(Edges.Length)]}",
            _ => $"{random.NextInt64(0, Math.Max(2, value * 2))}",
        };
        _bytes.RemoveRange(at, end - at);
        _bytes.InsertRange(at, Encoding.ASCII.GetBytes(changed));
    }
}
