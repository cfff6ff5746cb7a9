using System.Security.Cryptography;
using Pieces.Metadata;
using Pieces.Primitives;

namespace Pieces.Tests.Support;

/// <summary>
/// A second hash algorithm for pieces. Tests use it to prove that only the hasher depends on SHA-1. As in BitTorrent v2 (BEP 52), the hash of a piece
/// is the root of a Merkle tree over the SHA-256 hashes of its blocks, padded with zero hashes to the length of a whole piece.
/// </summary>
internal sealed class MerklePieceHasher : IPieceHasher
{
    private readonly int _leaves;
    private readonly byte[][] _roots;

    private MerklePieceHasher(PieceLayout layout, byte[] content)
    {
        _leaves = Math.Max(1, layout.PieceLength / BlockRequest.MaxLength);
        _roots = new byte[layout.PieceCount][];
        for (int i = 0; i < _roots.Length; i++)
            _roots[i] = RootOf(content.AsSpan((int)layout.OffsetOf(layout.Piece(i)), layout.LengthOf(layout.Piece(i))));
    }

    /// <summary>Returns the same torrent with this hasher and without SHA-1 piece hashes.</summary>
    public static Metainfo Applied(Metainfo metainfo, byte[] content) => new()
    {
        InfoHash = metainfo.InfoHash,
        InfoBytes = metainfo.InfoBytes,
        Name = metainfo.Name,
        OriginalName = metainfo.OriginalName,
        Files = metainfo.Files,
        IsMultiFile = metainfo.IsMultiFile,
        Layout = metainfo.Layout,
        PieceHashes = new byte[metainfo.PieceHashes.Length],
        Hasher = new MerklePieceHasher(metainfo.Layout, content),
    };

    public bool IsGood(PieceIndex piece, ReadOnlySpan<byte> bytes) => RootOf(bytes).AsSpan().SequenceEqual(_roots[piece.Value]);

    public IPieceHash Start(PieceIndex piece) => new Running(this, piece);

    public BlockDigest DigestOf(ReadOnlySpan<byte> block) => new(SHA256.HashData(block));

    private byte[] RootOf(ReadOnlySpan<byte> bytes)
    {
        List<byte[]> leaves = [];
        for (int at = 0; at < bytes.Length; at += BlockRequest.MaxLength)
            leaves.Add(SHA256.HashData(bytes[at..Math.Min(bytes.Length, at + BlockRequest.MaxLength)]));
        return RootOf(leaves);
    }

    private byte[] RootOf(List<byte[]> level)
    {
        while (level.Count < _leaves)
            level.Add(new byte[SHA256.HashSizeInBytes]);
        while (level.Count > 1)
            level = [.. level.Chunk(2).Select(pair => SHA256.HashData([.. pair[0], .. pair[1]]))];
        return level[0];
    }

    private sealed class Running(MerklePieceHasher owner, PieceIndex piece) : IPieceHash
    {
        private readonly byte[] _block = new byte[BlockRequest.MaxLength];
        private readonly List<byte[]> _leaves = [];
        private PieceIndex _piece = piece;
        private int _length;

        public void Append(ReadOnlySpan<byte> bytes)
        {
            while (!bytes.IsEmpty)
            {
                int taken = Math.Min(_block.Length - _length, bytes.Length);
                bytes[..taken].CopyTo(_block.AsSpan(_length));
                _length += taken;
                bytes = bytes[taken..];
                if (_length == _block.Length)
                    EndBlock();
            }
        }

        public bool IsGood()
        {
            if (_length > 0)
                EndBlock();
            return owner.RootOf(_leaves).AsSpan().SequenceEqual(owner._roots[_piece.Value]);
        }

        public void Restart(PieceIndex piece)
        {
            _piece = piece;
            _leaves.Clear();
            _length = 0;
        }

        public void Dispose()
        {
        }

        private void EndBlock()
        {
            _leaves.Add(SHA256.HashData(_block.AsSpan(0, _length)));
            _length = 0;
        }
    }
}
