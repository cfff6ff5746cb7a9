using System.Security.Cryptography;
using System.Text;

namespace Pieces.Tests.Interop;

/// <summary>Content from a seeded random generator, and its .torrent file, which is encoded without any code of the program.</summary>
internal sealed class SampleTorrent
{
    private const int PieceLength = 32 * 1024;

    private readonly IReadOnlyList<(string Path, byte[] Content)> _files;

    private SampleTorrent(string name, IReadOnlyList<(string Path, byte[] Content)> files, byte[] torrent, byte[] infoHash, string announce)
    {
        Announce = announce;
        Name = name;
        _files = files;
        Torrent = torrent;
        InfoHash = infoHash;
    }

    /// <summary>Name of the file, or of the folder that holds the files.</summary>
    public string Name { get; }

    /// <summary>URL of the tracker.</summary>
    public string Announce { get; }

    /// <summary>Bytes of the .torrent file.</summary>
    public byte[] Torrent { get; }

    public byte[] InfoHash { get; }

    /// <summary>Creates a torrent of one file whose size is not a multiple of a block or piece.</summary>
    public static SampleTorrent OneFile(Random random, string announce)
    {
        byte[] content = Bytes(random, 5_000_011);
        var info = new SortedDictionary<string, object>(StringComparer.Ordinal)
        {
            ["name"] = "single file.bin",
            ["length"] = content.Length,
            ["piece length"] = PieceLength,
            ["pieces"] = Hashes(content),
        };
        return Make("single file.bin", [("single file.bin", content)], info, announce);
    }

    /// <summary>
    /// Creates a torrent with nested folders, empty files, files that share a piece, files that end at a piece border, and names that are not ASCII.
    /// </summary>
    public static SampleTorrent SeveralFiles(Random random, string announce)
    {
        (string Path, int Size)[] shape =
        [
            ("first.bin", PieceLength * 3),
            ("empty first.txt", 0),
            ("one.bin", 1),
            ("sub/two.bin", 16 * 1024),
            ("sub/three.bin", 16 * 1024 + 1),
            ("sub/deep/deeper/four.bin", 700_001),
            ("sub/deep/empty", 0),
            ("sub/deep/five.bin", 17),
            ("sub/deep/six.bin", PieceLength - 1),
            ("Übung/日本.bin", 1_000_003),
            ("Übung/sieben & acht.bin", 300_000),
            ("last.bin", 1_234_567),
        ];
        var files = shape.Select(file => (file.Path, Content: Bytes(random, file.Size))).ToList();
        var info = new SortedDictionary<string, object>(StringComparer.Ordinal)
        {
            ["name"] = "several files",
            ["files"] = files.Select(file => (object)new SortedDictionary<string, object>(StringComparer.Ordinal)
            {
                ["length"] = file.Content.Length,
                ["path"] = file.Path.Split('/').Cast<object>().ToList(),
            }).ToList(),
            ["piece length"] = PieceLength,
            ["pieces"] = Hashes(files.SelectMany(file => file.Content).ToArray()),
        };
        return Make("several files", files.Select(file => ("several files/" + file.Path, file.Content)).ToList(), info, announce);
    }

    /// <summary>Writes the content below a folder, with the same layout as after a download.</summary>
    public void WriteContent(string folder)
    {
        foreach ((string path, byte[] content) in _files)
        {
            string full = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllBytes(full, content);
        }
    }

    /// <summary>
    /// Whether a folder contains the whole content under its final names. Empty files may be missing, because not every client creates them.
    /// </summary>
    public bool HasContent(string folder) => FirstDifference(folder, emptyFilesToo: false) is null;

    /// <summary>Returns the first file that is missing or wrong, or that does not belong to the content.</summary>
    /// <returns><see langword="null"/> if the folder contains the content and nothing else.</returns>
    public string? FirstDifferenceOrStray(string folder)
    {
        if (FirstDifference(folder, emptyFilesToo: true) is string difference)
            return difference;
        var wanted = _files.Select(file => Path.Combine(folder, file.Path)).ToHashSet(StringComparer.Ordinal);
        string? stray = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).FirstOrDefault(path => !wanted.Contains(path));
        return stray is null ? null : $"{stray} is no part of the torrent";
    }

    private string? FirstDifference(string folder, bool emptyFilesToo)
    {
        foreach ((string path, byte[] content) in _files)
        {
            string full = Path.Combine(folder, path);
            if (!File.Exists(full))
            {
                if (content.Length > 0 || emptyFilesToo)
                    return $"{path} is missing";
                continue;
            }

            if (new FileInfo(full).Length != content.Length)
                return $"{path} has the wrong size";
            int same = content.AsSpan().CommonPrefixLength(ReadShared(full));
            if (same != content.Length)
                return $"{path} differs at byte {same}";
        }

        return null;
    }

    /// <summary>Reads a file that another process may be writing or renaming.</summary>
    private static byte[] ReadShared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        byte[] content = new byte[file.Length];
        file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
        return content;
    }

    private static SampleTorrent Make(
        string name, IReadOnlyList<(string Path, byte[] Content)> files, SortedDictionary<string, object> info, string announce)
    {
        var torrent = new SortedDictionary<string, object>(StringComparer.Ordinal) { ["announce"] = announce, ["info"] = info };
#pragma warning disable CA5350 // BEP 3 names a torrent by SHA-1.
        return new SampleTorrent(name, files, Bencoded(torrent), SHA1.HashData(Bencoded(info)), announce);
#pragma warning restore CA5350
    }

    private static byte[] Bytes(Random random, int count)
    {
        byte[] content = new byte[count];
        random.NextBytes(content);
        return content;
    }

    private static byte[] Hashes(byte[] content)
    {
#pragma warning disable CA5350 // BEP 3 hashes pieces by SHA-1.
        return content.Chunk(PieceLength).SelectMany(SHA1.HashData).ToArray();
#pragma warning restore CA5350
    }

    private static byte[] Bencoded(object value)
    {
        using var output = new MemoryStream();
        Write(value);
        return output.ToArray();

        void Write(object node)
        {
            switch (node)
            {
                case int number:
                    Ascii($"i{number}e");
                    break;
                case byte[] bytes:
                    Ascii($"{bytes.Length}:");
                    output.Write(bytes);
                    break;
                case string text:
                    Write(Encoding.UTF8.GetBytes(text));
                    break;
                case List<object> list:
                    Ascii("l");
                    list.ForEach(Write);
                    Ascii("e");
                    break;
                case SortedDictionary<string, object> dictionary:
                    Ascii("d");
                    foreach ((string key, object item) in dictionary)
                    {
                        Write(key);
                        Write(item);
                    }

                    Ascii("e");
                    break;
                default:
                    throw new NotSupportedException($"{node.GetType()} has no bencoded form");
            }
        }

        void Ascii(string text) => output.Write(Encoding.ASCII.GetBytes(text));
    }
}
