using System.Buffers;
using System.Globalization;
using System.Text;
using Pieces.Bencode;

namespace Pieces.Tests.Bencode;

/// <summary>
/// Bencode from plain objects: <c>long</c>, <c>int</c>, <c>string</c> (one byte for each character, so that any byte can be written),
/// <c>byte[]</c>, <c>List</c> and <see cref="Dict"/>, whose keys are sorted. It uses no code of the program, so that a fault of the program's writer
/// cannot hide one of its reader.
/// </summary>
internal static class Bencoded
{
    public static byte[] Of(object value)
    {
        var output = new ArrayBufferWriter<byte>();
        Write(output, value);
        return output.WrittenSpan.ToArray();
    }

    public static byte[] Latin1(string text) => Encoding.Latin1.GetBytes(text);

    /// <summary>The text as UTF-8, with one character for each byte.</summary>
    public static string Utf8(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    /// <summary>The plain objects that a node stands for; every string becomes one character for each byte.</summary>
    public static object ToObject(BencodeNode node)
    {
        if (node.TryGetInteger(out long integer))
            return integer;
        if (node.TryGetBytes(out ReadOnlySpan<byte> bytes))
            return Encoding.Latin1.GetString(bytes);
        if (node.Kind == BencodeKind.List)
        {
            var list = new List<object>();
            foreach (BencodeNode item in node.Items)
                list.Add(ToObject(item));
            return list;
        }

        var dictionary = new Dict();
        foreach (BencodeEntry entry in node.Entries)
            dictionary.Add(Encoding.Latin1.GetString(entry.Key), ToObject(entry.Value));
        return dictionary;
    }

    /// <summary>A random value, nested at most <paramref name="depth"/> deep.</summary>
    public static object Random(Random random, int depth)
    {
        switch (random.Next(depth > 0 ? 4 : 2))
        {
            case 0:
                return random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64);
            case 1:
                return RandomText(random);
            case 2:
                var list = new List<object>();
                for (int i = random.Next(5); i > 0; i--)
                    list.Add(Random(random, depth - 1));
                return list;
            default:
                var dictionary = new Dict();
                for (int i = random.Next(5); i > 0; i--)
                    dictionary[RandomText(random)] = Random(random, depth - 1);
                return dictionary;
        }
    }

    private static string RandomText(Random random)
    {
        byte[] bytes = new byte[random.Next(4) == 0 ? random.Next(300) : random.Next(4)];
        random.NextBytes(bytes);
        return Encoding.Latin1.GetString(bytes);
    }

    private static void Write(ArrayBufferWriter<byte> output, object value)
    {
        switch (value)
        {
            case long integer:
                output.Write(Latin1(string.Create(CultureInfo.InvariantCulture, $"i{integer}e")));
                break;
            case int integer:
                Write(output, (long)integer);
                break;
            case byte[] bytes:
                output.Write(Latin1(string.Create(CultureInfo.InvariantCulture, $"{bytes.Length}:")));
                output.Write(bytes);
                break;
            case string text:
                Write(output, Latin1(text));
                break;
            case Dict dictionary:
                output.Write("d"u8);
                foreach ((string key, object inner) in dictionary)
                {
                    Write(output, key);
                    Write(output, inner);
                }

                output.Write("e"u8);
                break;
            case IEnumerable<object> list:
                output.Write("l"u8);
                foreach (object inner in list)
                    Write(output, inner);
                output.Write("e"u8);
                break;
            default:
                throw new ArgumentException(value.GetType().Name, nameof(value));
        }
    }
}

/// <summary>A dictionary as bencode orders it.</summary>
internal sealed class Dict : SortedDictionary<string, object>
{
    public Dict()
        : base(StringComparer.Ordinal)
    {
    }
}
