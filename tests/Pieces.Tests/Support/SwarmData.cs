using System.Security.Cryptography;
using System.Text;
using Pieces.Metadata;
using Pieces.Primitives;
using Pieces.Tests.Bencode;

namespace Pieces.Tests.Support;

/// <summary>A file of a torrent that a test creates.</summary>
internal sealed record SwarmFile(string Path, long Length, bool IsPad = false);

/// <summary>The content of a test's swarm: random bytes with a fixed seed, and the torrent that describes them.</summary>
internal sealed class SwarmData
{
    public const int KiB = 1024;
    public const int MiB = 1024 * KiB;

    private readonly Dict _info;

    private SwarmData(byte[] bytes, Dict info)
    {
        Bytes = bytes;
        _info = info;
        int pieceLength = (int)info["piece length"];
        var hashes = new StringBuilder();
        for (int at = 0; at < bytes.Length; at += pieceLength)
#pragma warning disable CA5350 // BEP 3 has SHA-1.
            hashes.Append(Encoding.Latin1.GetString(SHA1.HashData(bytes.AsSpan(at, Math.Min(pieceLength, bytes.Length - at)))));
#pragma warning restore CA5350
        info["pieces"] = hashes.ToString();
        Metainfo = MetainfoParser.Parse(Bencoded.Of(new Dict { ["info"] = info }), PathRules.Posix);
    }

    public byte[] Bytes { get; }

    public Metainfo Metainfo { get; private init; }

    public int PieceCount => Metainfo.Layout.PieceCount;

    public static SwarmData Single(long length = 2 * MiB, int pieceLength = 32 * KiB)
    {
        byte[] bytes = new byte[length];
        new Random(1).NextBytes(bytes);
        return new SwarmData(bytes, new Dict { ["length"] = length, ["name"] = "file.bin", ["piece length"] = pieceLength });
    }

    public static SwarmData Multi(int pieceLength, params SwarmFile[] files)
    {
        byte[] bytes = new byte[files.Sum(file => file.Length)];
        var random = new Random(1);
        int at = 0;
        var entries = new List<object>();
        foreach (SwarmFile file in files)
        {
            if (!file.IsPad)
                random.NextBytes(bytes.AsSpan(at, (int)file.Length));
            at += (int)file.Length;
            var entry = new Dict { ["length"] = file.Length, ["path"] = file.Path.Split('/').ToList<object>() };
            if (file.IsPad)
                entry["attr"] = "p";
            entries.Add(entry);
        }

        return new SwarmData(bytes, new Dict { ["files"] = entries, ["name"] = "top", ["piece length"] = pieceLength });
    }

    /// <summary>Returns the same torrent with another hash algorithm.</summary>
    public SwarmData WithMerkleHashes() => new(Bytes, _info) { Metainfo = MerklePieceHasher.Applied(Metainfo, Bytes) };

    /// <summary>Returns the same data as a private torrent.</summary>
    public SwarmData AsPrivate()
    {
        var info = new Dict { ["private"] = 1 };
        foreach ((string key, object value) in _info)
            info[key] = value;
        return new SwarmData(Bytes, info);
    }

    /// <summary>Returns a copy of one block.</summary>
    public byte[] Block(uint piece, uint begin, uint length) =>
        Bytes.AsSpan((int)((piece * (long)Metainfo.Layout.PieceLength) + begin), (int)length).ToArray();

    /// <summary>Returns a bitfield in wire format.</summary>
    public byte[] BitfieldOf(Func<int, bool> has)
    {
        var bits = new Bitfield(PieceCount);
        for (int i = 0; i < PieceCount; i++)
        {
            if (has(i))
                bits.Set(i);
        }

        return bits.ToBytes();
    }

    /// <summary>Writes the files to a folder, as a complete download would leave them.</summary>
    public void WriteTo(string folder)
    {
        foreach (FileEntry file in Metainfo.Files.Where(file => file.IsOnDisk))
        {
            string path = PathOf(folder, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, Content(file));
        }
    }

    public void ShouldBeWholeIn(string folder)
    {
        foreach (FileEntry file in Metainfo.Files.Where(file => file.IsOnDisk))
            File.ReadAllBytes(PathOf(folder, file)).AsSpan().SequenceEqual(Content(file)).Should().BeTrue($"{file.RelativePath} is what was shared");
    }

    private static string PathOf(string folder, FileEntry file) => Path.Combine(folder, file.RelativePath);

    private byte[] Content(FileEntry file) => Bytes.AsSpan((int)file.Offset, (int)file.Length).ToArray();
}
