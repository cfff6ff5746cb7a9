using System.Security.Cryptography;
using Pieces.Bencode;
using Pieces.Metadata;
using Pieces.Wire;

namespace Pieces.Fuzz.Peer;

/// <summary>The torrent of the client, and its bytes.</summary>
internal sealed class PeerContent
{
    /// <summary>Name of its one file.</summary>
    public const string Name = "content";

    private const int PieceCount = 24;
    private const int PieceLength = 32 * 1024;

    private readonly byte[] _bytes = new byte[(PieceCount * PieceLength) - 100];

    public PeerContent()
    {
        new Random(7).NextBytes(_bytes);
        byte[] hashes = new byte[PieceCount * SHA1.HashSizeInBytes];
        for (int i = 0; i < PieceCount; i++)
        {
            int from = i * PieceLength;
#pragma warning disable CA5350 // BEP 3 has SHA-1.
            SHA1.HashData(_bytes.AsSpan(from, Math.Min(PieceLength, _bytes.Length - from)), hashes.AsSpan(i * SHA1.HashSizeInBytes));
#pragma warning restore CA5350
        }

        Metainfo = MetainfoParser.Parse(BencodeWriter.Encode(writer =>
        {
            writer.BeginDictionary();
            writer.Key("info"u8);
            writer.BeginDictionary();
            writer.Integer("length"u8, _bytes.Length);
            writer.Text("name"u8, Name);
            writer.Integer("piece length"u8, PieceLength);
            writer.Bytes("pieces"u8, hashes);
            writer.End();
            writer.End();
        }));
    }

    public Metainfo Metainfo { get; }

    /// <summary>The bytes that a request asks for; fewer where it goes beyond the content.</summary>
    public byte[] Block(RequestMessage request)
    {
        long from = Math.Min((request.Piece * (long)PieceLength) + request.Begin, _bytes.Length);
        int length = (int)Math.Min(Math.Min(request.Length, BlockRequestLimit), _bytes.Length - from);
        return _bytes.AsSpan((int)from, length).ToArray();
    }

    /// <summary>Writes a file of which each second piece is right.</summary>
    public void WriteHalf(string folder)
    {
        byte[] half = (byte[])_bytes.Clone();
        for (int piece = 0; piece < PieceCount; piece += 2)
            Array.Clear(half, piece * PieceLength, Math.Min(PieceLength, half.Length - (piece * PieceLength)));
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, Name), half);
    }

    private const long BlockRequestLimit = 200_000;
}
