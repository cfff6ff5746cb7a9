using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Pieces.Tests.Support;

/// <summary>A file of a test torrent, with its path relative to the output folder.</summary>
internal sealed record TestFile(string Path, long Length)
{
    /// <summary>Whether the file is padding (BEP 47): zeros that are never stored on a disk.</summary>
    public bool IsPad { get; init; }
}

/// <summary>
/// The bytes of the files of a test torrent. Each byte is computed from its position and not stored, so that the content can be larger than the
/// memory of a test. No two blocks of 16 KiB are equal.
/// </summary>
internal sealed class TestContent
{
    private const int BlockLength = 16 * 1024;
    private const int NoiseLength = 1024 * 1024;

    // The noise of a block begins at a multiple of this prime number, so that neighbours differ at every byte and not only in their stamps.
    private const int NoiseStep = 7919;

    private readonly byte[] _noise;
    private readonly List<(long Begin, long End)> _pads = [];
    private readonly Lazy<byte[]> _bytes;

    public TestContent(IReadOnlyList<TestFile> files, int seed)
    {
        Files = files;
        foreach (TestFile file in files)
        {
            if (file.IsPad)
                _pads.Add((Length, Length + file.Length));
            Length += file.Length;
        }

        // A small torrent needs only a part of the noise, and there are many small ones.
        _noise = new byte[Math.Min(NoiseLength, ((Length / BlockLength) + 1) * NoiseStep) + BlockLength];
        new Random(seed).NextBytes(_noise);
        _bytes = new Lazy<byte[]>(ReadAll);
    }

    /// <summary>All files, in the order of the torrent.</summary>
    public IReadOnlyList<TestFile> Files { get; }

    /// <summary>Length of all files together, including padding.</summary>
    public long Length { get; }

    /// <summary>The whole content in memory. Only a test whose content is small may use it.</summary>
    public byte[] Bytes => _bytes.Value;

    /// <summary>Computes a range of the content.</summary>
    public void Read(long offset, Span<byte> into)
    {
        ReadNoise(offset, into);
        foreach ((long begin, long end) in _pads)
        {
            long from = Math.Max(begin, offset), to = Math.Min(end, offset + into.Length);
            if (from < to)
                into[(int)(from - offset)..(int)(to - offset)].Clear();
        }
    }

    /// <summary>Computes the value of <c>pieces</c>: the SHA-1 hashes of all pieces, 20 bytes each.</summary>
    public byte[] HashesOf(int pieceLength)
    {
        int count = (int)((Length + pieceLength - 1) / pieceLength);
        byte[] hashes = new byte[count * SHA1.HashSizeInBytes];
        byte[] block = new byte[BlockLength];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        for (int i = 0; i < count; i++)
        {
            long end = Math.Min(Length, (i + 1L) * pieceLength);
            for (long offset = (long)i * pieceLength; offset < end; offset += BlockLength)
            {
                Span<byte> part = block.AsSpan(0, (int)Math.Min(BlockLength, end - offset));
                Read(offset, part);
                hash.AppendData(part);
            }

            hash.GetHashAndReset(hashes.AsSpan(i * SHA1.HashSizeInBytes));
        }

        return hashes;
    }

    private byte[] ReadAll()
    {
        byte[] bytes = new byte[Length];
        Read(0, bytes);
        return bytes;
    }

    private void ReadNoise(long offset, Span<byte> into)
    {
        Span<byte> stamp = stackalloc byte[8];
        while (into.Length > 0)
        {
            long block = offset / BlockLength;
            int begin = (int)(offset % BlockLength);
            int length = Math.Min(into.Length, BlockLength - begin);
            _noise.AsSpan((int)(block * NoiseStep % NoiseLength) + begin, length).CopyTo(into);
            BinaryPrimitives.WriteInt64LittleEndian(stamp, block);
            if (begin < stamp.Length)
                stamp[begin..Math.Min(stamp.Length, begin + length)].CopyTo(into);
            into = into[length..];
            offset += length;
        }
    }
}
