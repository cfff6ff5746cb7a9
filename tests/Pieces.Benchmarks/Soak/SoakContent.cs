using System.Security.Cryptography;
using Pieces.Bencode;
using Pieces.Metadata;

namespace Pieces.Benchmarks.Soak;

/// <summary>One torrent of a few files with random bytes.</summary>
internal sealed class SoakContent
{
    private const int PieceLength = 64 * 1024;
    private const int Files = 3;

    private readonly byte[] _bytes;
    private readonly int _fileLength;

    public SoakContent(int number, int length)
    {
        Name = $"soak-{number}";
        _fileLength = length / Files;
        _bytes = new byte[_fileLength * Files];
        new Random(number).NextBytes(_bytes);
        int pieces = (_bytes.Length + PieceLength - 1) / PieceLength;
        byte[] hashes = new byte[pieces * SHA1.HashSizeInBytes];
        for (int i = 0; i < pieces; i++)
        {
            int from = i * PieceLength;
#pragma warning disable CA5350 // BEP 3 has SHA-1.
            SHA1.HashData(_bytes.AsSpan(from, Math.Min(PieceLength, _bytes.Length - from)), hashes.AsSpan(i * SHA1.HashSizeInBytes));
#pragma warning restore CA5350
        }

        Metainfo = MetainfoParser.Parse(BencodeWriter.Encode(writer => Write(writer, hashes)));
    }

    public string Name { get; }

    public Metainfo Metainfo { get; }

    public long Length => _bytes.Length;

    /// <summary>Writes all files below a folder.</summary>
    public void WriteTo(string folder)
    {
        Directory.CreateDirectory(Path.Combine(folder, Name));
        for (int i = 0; i < Files; i++)
            File.WriteAllBytes(PathOf(folder, i), Of(i).ToArray());
    }

    /// <summary>Whether all files below a folder are right.</summary>
    public bool IsIn(string folder) => Enumerable.Range(0, Files).All(i => IsFile(PathOf(folder, i), i));

    private bool IsFile(string path, int file) => File.Exists(path) && Of(file).SequenceEqual(File.ReadAllBytes(path));

    private ReadOnlySpan<byte> Of(int file) => _bytes.AsSpan(file * _fileLength, _fileLength);

    private string PathOf(string folder, int file) => Path.Combine(folder, Name, $"file-{file}");

    private void Write(BencodeWriter writer, byte[] hashes)
    {
        writer.BeginDictionary();
        writer.Key("info"u8);
        writer.BeginDictionary();
        writer.Key("files"u8);
        writer.BeginList();
        for (int i = 0; i < Files; i++)
        {
            writer.BeginDictionary();
            writer.Integer("length"u8, _fileLength);
            writer.Key("path"u8);
            writer.BeginList();
            writer.Text($"file-{i}");
            writer.End();
            writer.End();
        }

        writer.End();
        writer.Text("name"u8, Name);
        writer.Integer("piece length"u8, PieceLength);
        writer.Bytes("pieces"u8, hashes);
        writer.End();
        writer.End();
    }
}
