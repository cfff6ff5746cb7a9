using System.Globalization;
using Pieces.Bencode;
using Pieces.Primitives;

namespace Pieces.Benchmarks.Growth;

/// <summary>A torrent whose data is all zeros, so that no data need exist: all whole pieces have one hash.</summary>
internal sealed class ZeroTorrent
{
    private ZeroTorrent(string path, byte[] infoHash, int pieceCount, long length)
    {
        Path = path;
        InfoHash = infoHash;
        PieceCount = pieceCount;
        Length = length;
    }

    /// <summary>The .torrent file.</summary>
    public string Path { get; }

    public byte[] InfoHash { get; }

    public int PieceCount { get; }

    public long Length { get; }

    /// <summary>Requests that a whole download takes, where pieces are a multiple of a block.</summary>
    public long BlockCount => (Length + ZeroSeeder.BlockLength - 1) / ZeroSeeder.BlockLength;

    /// <summary>One file.</summary>
    public static ZeroTorrent Single(string folder, string name, int pieceCount, int pieceLength)
    {
        long length = (long)pieceCount * pieceLength;
        return Write(folder, name, length, pieceLength, info => info.Integer("length"u8, length));
    }

    /// <summary>Many tiny files of 0 to 40,000 bytes in 40 folders.</summary>
    public static ZeroTorrent ManyFiles(string folder, string name, int fileCount, int pieceLength)
    {
        long[] lengths = [.. Enumerable.Range(0, fileCount).Select(i => i * 7919L % 40_001)];
        return Write(folder, name, lengths.Sum(), pieceLength, info =>
        {
            info.Key("files"u8);
            info.BeginList();
            for (int i = 0; i < lengths.Length; i++)
            {
                info.BeginDictionary();
                info.Integer("length"u8, lengths[i]);
                info.Key("path"u8);
                info.BeginList();
                info.Text(string.Create(CultureInfo.InvariantCulture, $"folder{i % 40:00}"));
                info.Text(string.Create(CultureInfo.InvariantCulture, $"file{i:000000}.bin"));
                info.End();
                info.End();
            }

            info.End();
        });
    }

    /// <summary>Makes the data of a single file, without blocks on the disk.</summary>
    public void MakeSparseData(string folder)
    {
        string name = System.IO.Path.GetFileNameWithoutExtension(Path);
        using FileStream file = File.Create(System.IO.Path.Combine(folder, name));
        file.SetLength(Length);
    }

    private static ZeroTorrent Write(string folder, string name, long length, int pieceLength, Action<BencodeWriter> files)
    {
        int pieceCount = checked((int)((length + pieceLength - 1) / pieceLength));
        byte[] info = BencodeWriter.Encode(writer =>
        {
            writer.BeginDictionary();
            files(writer);
            writer.Text("name"u8, name);
            writer.Integer("piece length"u8, pieceLength);
            writer.Bytes("pieces"u8, Hashes(length, pieceLength, pieceCount));
            writer.End();
        });
        byte[] metainfo = BencodeWriter.Encode(writer =>
        {
            writer.BeginDictionary();
            writer.Key("info"u8);
            writer.Raw(info);
            writer.End();
        });
        string path = System.IO.Path.Combine(folder, name + ".torrent");
        File.WriteAllBytes(path, metainfo);
        return new ZeroTorrent(path, HashOf(info), pieceCount, length);
    }

    private static byte[] Hashes(long length, int pieceLength, int pieceCount)
    {
        var hashes = new byte[20 * pieceCount];
        byte[] whole = HashOf(new byte[pieceLength]);
        for (int i = 0; i < pieceCount; i++)
            whole.CopyTo(hashes, 20 * i);
        HashOf(new byte[length - ((pieceCount - 1L) * pieceLength)]).CopyTo(hashes, 20 * (pieceCount - 1));
        return hashes;
    }

    private static byte[] HashOf(byte[] bytes)
    {
        var hash = new byte[20];
        Sha1Digest.Of(bytes).CopyTo(hash);
        return hash;
    }
}
