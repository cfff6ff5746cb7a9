using System.Buffers;
using System.Security.Cryptography;
using Pieces.Metadata;
using Pieces.Primitives;

namespace Pieces.Storage.Transfer;

/// <summary>Hashes pieces from blocks in memory, and from the disk where a block is not in memory. Safe for all threads; calls block.</summary>
internal sealed class PieceVerifier
{
    /// <summary>Bytes that one reading back takes at a time.</summary>
    public const int ReadLength = 256 * 1024;

    private readonly Metainfo _metainfo;
    private readonly IPieceBytes _bytes;

    /// <summary>Verifies pieces of one torrent.</summary>
    public PieceVerifier(Metainfo metainfo, IPieceBytes bytes)
    {
        _metainfo = metainfo;
        _bytes = bytes;
    }

    /// <summary>Whether a digest is that of a piece.</summary>
    public bool Matches(PieceIndex piece, Sha1Digest digest) => digest.Matches(_metainfo.HashOf(piece));

    /// <summary>Whether the piece on the disk is good.</summary>
    /// <exception cref="StorageException">The system refused.</exception>
    public bool IsGoodOnDisk(PieceIndex piece)
    {
        using IncrementalHash running = Sha1Digest.StartRunning();
        return TryAppendFromDisk(running, piece, 0, _metainfo.Layout.LengthOf(piece)) && Matches(piece, Sha1Digest.Finish(running));
    }

    /// <summary>Appends the blocks from <paramref name="first"/> to the end of the piece; false when one is neither in memory nor on the disk.</summary>
    /// <exception cref="StorageException">The system refused.</exception>
    public bool TryAppendBlocks(IncrementalHash running, PieceIndex piece, BlockBuffer?[] blocks, int first)
    {
        for (int i = first; i < blocks.Length;)
        {
            if (blocks[i] is { } block)
            {
                running.AppendData(block.Memory.Span);
                i++;
                continue;
            }

            int end = i;
            while (end < blocks.Length && blocks[end] is null)
                end++;
            int begin = i * BlockRequest.MaxLength;
            int stop = Math.Min(end * BlockRequest.MaxLength, _metainfo.Layout.LengthOf(piece));
            if (!TryAppendFromDisk(running, piece, begin, stop - begin))
                return false;
            i = end;
        }

        return true;
    }

    /// <summary>Appends bytes of a piece that are on the disk; false when they are not there.</summary>
    /// <exception cref="StorageException">The system refused.</exception>
    public bool TryAppendFromDisk(IncrementalHash running, PieceIndex piece, int begin, int length)
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
                running.AppendData(buffer, 0, take);
                done += take;
            }

            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The digest of each block; that of nothing for a block that is neither in memory nor on the disk.</summary>
    /// <exception cref="StorageException">The system refused.</exception>
    public Sha1Digest[] DigestsOf(PieceIndex piece, BlockBuffer?[] blocks)
    {
        var digests = new Sha1Digest[blocks.Length];
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BlockRequest.MaxLength);
        try
        {
            for (int i = 0; i < blocks.Length; i++)
            {
                if (blocks[i] is { } block)
                {
                    digests[i] = Sha1Digest.Of(block.Memory.Span);
                    continue;
                }

                BlockRequest request = _metainfo.Layout.Block(piece, i);
                Memory<byte> destination = buffer.AsMemory(0, request.Length);
                bool read = _bytes.TryRead(_metainfo.Layout.OffsetOf(piece) + request.Begin, destination);
                digests[i] = Sha1Digest.Of(read ? destination.Span : default);
            }

            return digests;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
