using System.Buffers;
using Pieces.Metadata;
using Pieces.Primitives;

namespace Pieces.Storage.Transfer;

/// <summary>Hashes pieces from blocks in memory, and reads blocks from the disk that are not in memory. Safe for all threads; calls block.</summary>
internal sealed class PieceVerifier
{
    /// <summary>Number of bytes per read when data is read back from the disk.</summary>
    public const int ReadLength = 256 * 1024;

    private readonly Metainfo _metainfo;
    private readonly IPieceBytes _bytes;

    public PieceVerifier(Metainfo metainfo, IPieceBytes bytes)
    {
        _metainfo = metainfo;
        _bytes = bytes;
    }

    /// <summary>Starts to verify a piece whose blocks are appended later. The caller disposes the result.</summary>
    public IPieceHash Start(PieceIndex piece) => _metainfo.Hasher.Start(piece);

    /// <summary>Whether the blocks match the piece's hash; blocks that are not in memory are read from the disk.</summary>
    /// <exception cref="StorageException">The operating system reported an error.</exception>
    public bool IsGood(PieceIndex piece, BlockBuffer?[] blocks)
    {
        if (blocks is [{ } only])
            return _metainfo.Hasher.IsGood(piece, only.Memory.Span);
        using IPieceHash hash = Start(piece);
        return TryAppendBlocks(hash, piece, blocks, 0) && hash.IsGood();
    }

    /// <summary>Whether the piece on the disk matches its hash.</summary>
    /// <exception cref="StorageException">The operating system reported an error.</exception>
    public bool IsGoodOnDisk(PieceIndex piece)
    {
        using IPieceHash hash = Start(piece);
        return TryAppendFromDisk(hash, piece, 0, _metainfo.Layout.LengthOf(piece)) && hash.IsGood();
    }

    /// <summary>
    /// Appends the blocks from <paramref name="first"/> to the end of the piece; false when a block is neither in memory nor on the disk.
    /// </summary>
    /// <exception cref="StorageException">The operating system reported an error.</exception>
    public bool TryAppendBlocks(IPieceHash hash, PieceIndex piece, BlockBuffer?[] blocks, int first)
    {
        for (int i = first; i < blocks.Length;)
        {
            if (blocks[i] is { } block)
            {
                hash.Append(block.Memory.Span);
                i++;
                continue;
            }

            int end = i;
            while (end < blocks.Length && blocks[end] is null)
                end++;
            int begin = i * BlockRequest.MaxLength;
            int stop = Math.Min(end * BlockRequest.MaxLength, _metainfo.Layout.LengthOf(piece));
            if (!TryAppendFromDisk(hash, piece, begin, stop - begin))
                return false;
            i = end;
        }

        return true;
    }

    /// <summary>Appends bytes of a piece from the disk; false when the file does not have them.</summary>
    /// <exception cref="StorageException">The operating system reported an error.</exception>
    public bool TryAppendFromDisk(IPieceHash hash, PieceIndex piece, int begin, int length)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Math.Min(ReadLength, length));
        try
        {
            long offset = _metainfo.Layout.OffsetOf(piece) + begin;
            for (int done = 0; done < length;)
            {
                int take = Math.Min(ReadLength, length - done);
                if (!_bytes.TryRead(offset + done, buffer.AsMemory(0, take)))
                    return false;
                hash.Append(buffer.AsSpan(0, take));
                done += take;
            }

            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The digest of each block; for a block that is neither in memory nor on the disk, the digest of zero bytes of input.</summary>
    /// <exception cref="StorageException">The operating system reported an error.</exception>
    public BlockDigest[] DigestsOf(PieceIndex piece, BlockBuffer?[] blocks)
    {
        var digests = new BlockDigest[blocks.Length];
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BlockRequest.MaxLength);
        try
        {
            for (int i = 0; i < blocks.Length; i++)
            {
                if (blocks[i] is { } block)
                {
                    digests[i] = _metainfo.Hasher.DigestOf(block.Memory.Span);
                    continue;
                }

                BlockRequest request = _metainfo.Layout.Block(piece, i);
                Memory<byte> destination = buffer.AsMemory(0, request.Length);
                bool read = _bytes.TryRead(_metainfo.Layout.OffsetOf(piece) + request.Begin, destination);
                digests[i] = _metainfo.Hasher.DigestOf(read ? destination.Span : default);
            }

            return digests;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
