using Pieces.Primitives;

namespace Pieces.Metadata;

/// <summary>Verifies pieces as BitTorrent v1 does (BEP 3): by the SHA-1 of each piece in the metainfo.</summary>
internal sealed class Sha1PieceHasher : IPieceHasher
{
    private readonly Metainfo _metainfo;

    public Sha1PieceHasher(Metainfo metainfo) => _metainfo = metainfo;

    /// <inheritdoc/>
    public bool IsGood(PieceIndex piece, ReadOnlySpan<byte> bytes) => Matches(piece, Sha1Digest.Of(bytes));

    /// <inheritdoc/>
    public IPieceHash Start(PieceIndex piece) => new PieceHash(this, piece);

    /// <inheritdoc/>
    public BlockDigest DigestOf(ReadOnlySpan<byte> block)
    {
        Span<byte> digest = stackalloc byte[Sha1Digest.Length];
        Sha1Digest.Of(block).CopyTo(digest);
        return new BlockDigest(digest);
    }

    private bool Matches(PieceIndex piece, Sha1Digest digest) => digest.Matches(_metainfo.HashOf(piece));

    private sealed class PieceHash(Sha1PieceHasher owner, PieceIndex piece) : IPieceHash
    {
        private readonly RunningSha1 _running = new();
        private PieceIndex _piece = piece;
        private bool _hasBytes;

        public void Append(ReadOnlySpan<byte> bytes)
        {
            _hasBytes = true;
            _running.Append(bytes);
        }

        public bool IsGood()
        {
            _hasBytes = false;
            return owner.Matches(_piece, _running.Finish());
        }

        public void Restart(PieceIndex piece)
        {
            if (_hasBytes)
                _ = _running.Finish();
            _hasBytes = false;
            _piece = piece;
        }

        public void Dispose() => _running.Dispose();
    }
}
