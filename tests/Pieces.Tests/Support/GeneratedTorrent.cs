using System.Buffers.Binary;
using System.Security.Cryptography;
using Pieces.Metadata;
using Pieces.Tests.Bencode;

namespace Pieces.Tests.Support;

/// <summary>
/// A torrent whose content is computed and not stored, so that it can be larger than the memory of a test. No two blocks of 16 KiB are equal.
/// </summary>
internal sealed class GeneratedTorrent
{
    private const int BlockLength = 16 * 1024;
    private const int NoiseLength = 1024 * 1024;

    private readonly byte[] _noise = new byte[NoiseLength + BlockLength];

    /// <summary>Creates a torrent of one file.</summary>
    public GeneratedTorrent(string name, long length, int pieceLength, int seed = 1)
        : this(name, length, pieceLength, seed, null)
    {
    }

    private GeneratedTorrent(string name, long length, int pieceLength, int seed, IReadOnlyList<(string Path, long Length)>? files)
    {
        new Random(seed).NextBytes(_noise);
        Name = name;
        Length = length;
        PieceLength = pieceLength;
        Files = files ?? [(name, length)];
        var info = new Dict { ["name"] = name, ["piece length"] = pieceLength, ["pieces"] = Hashes() };
        if (files is null)
            info["length"] = length;
        else
            info["files"] = files.Select(object (file) => Entry(file.Path[(name.Length + 1)..], file.Length)).ToList();
        TorrentBytes = Bencoded.Of(new Dict { ["info"] = info });
        Metainfo = MetainfoParser.Parse(TorrentBytes);
    }

    public string Name { get; }

    public long Length { get; }

    public int PieceLength { get; }

    public int PieceCount => (int)((Length + PieceLength - 1) / PieceLength);

    /// <summary>All files, with paths relative to the output folder.</summary>
    public IReadOnlyList<(string Path, long Length)> Files { get; }

    public byte[] TorrentBytes { get; }

    public Metainfo Metainfo { get; }

    /// <summary>Creates a torrent of files that all have the same length, in a folder.</summary>
    public static GeneratedTorrent OfFiles(string name, int count, long lengthOfEach, int pieceLength, int seed = 1) =>
        new(name, count * lengthOfEach, pieceLength, seed, [.. Enumerable.Range(0, count).Select(i => ($"{name}/file-{i:d4}.bin", lengthOfEach))]);

    /// <summary>Creates a torrent of files with the given names and lengths, in a folder.</summary>
    public static GeneratedTorrent OfNames(string name, int pieceLength, params (string Path, long Length)[] files) =>
        new(name, files.Sum(file => file.Length), pieceLength, seed: 1, [.. files.Select(file => ($"{name}/{file.Path}", file.Length))]);

    /// <summary>Computes a range of the content.</summary>
    public void Read(long offset, Span<byte> into)
    {
        Span<byte> stamp = stackalloc byte[8];
        while (into.Length > 0)
        {
            long block = offset / BlockLength;
            int begin = (int)(offset % BlockLength);
            int length = Math.Min(into.Length, BlockLength - begin);
            _noise.AsSpan((int)(block * 7919 % NoiseLength) + begin, length).CopyTo(into);
            BinaryPrimitives.WriteInt64LittleEndian(stamp, block);
            if (begin < stamp.Length)
                stamp[begin..Math.Min(stamp.Length, begin + length)].CopyTo(into);
            into = into[length..];
            offset += length;
        }
    }

    /// <summary>Writes the .torrent file and returns its path.</summary>
    public string WriteTorrent(string folder)
    {
        string path = Path.Combine(folder, Name + ".torrent");
        File.WriteAllBytes(path, TorrentBytes);
        return path;
    }

    /// <summary>Writes the content to a folder, as a complete download would leave it.</summary>
    public void WriteContent(string folder)
    {
        byte[] bytes = new byte[NoiseLength];
        long offset = 0;
        foreach ((string path, long length) in Files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, path))!);
            using FileStream file = File.Create(Path.Combine(folder, path));
            for (long done = 0; done < length;)
            {
                int part = (int)Math.Min(bytes.Length, length - done);
                Read(offset, bytes.AsSpan(0, part));
                file.Write(bytes, 0, part);
                done += part;
                offset += part;
            }
        }
    }

    /// <summary>
    /// Fails unless the folder contains every file with its final name and the right content, and no file that the download uses internally.
    /// </summary>
    public void ShouldBeCompleteIn(string folder)
    {
        ShouldBeRightIn(folder);
        Directory.EnumerateFileSystemEntries(
            folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = System.IO.FileAttributes.None })
            .Where(entry => entry.EndsWith(".part", StringComparison.Ordinal) || entry.EndsWith(".pieces", StringComparison.Ordinal))
            .Should().BeEmpty("a complete download leaves nothing else");
    }

    /// <summary>Fails unless the folder contains every file with its final name and the right content.</summary>
    /// <param name="folder">The output folder.</param>
    /// <param name="stored">The paths of the files below the folder; null for the paths in the torrent.</param>
    public void ShouldBeRightIn(string folder, string[]? stored = null)
    {
        byte[] expected = new byte[NoiseLength], actual = new byte[NoiseLength];
        long offset = 0;
        for (int i = 0; i < Files.Count; i++)
        {
            (string path, long length) = (stored?[i] ?? Files[i].Path, Files[i].Length);
            using FileStream file = File.OpenRead(Path.Combine(folder, path));
            file.Length.Should().Be(length, "{0} is complete", path);
            for (long done = 0; done < length;)
            {
                int part = (int)Math.Min(expected.Length, length - done);
                Read(offset, expected.AsSpan(0, part));
                file.ReadExactly(actual, 0, part);
                if (!expected.AsSpan(0, part).SequenceEqual(actual.AsSpan(0, part)))
                    Assert.Fail($"{path} differs within {part} bytes from {done}");
                done += part;
                offset += part;
            }
        }
    }

    private static Dict Entry(string path, long length) => new() { ["length"] = length, ["path"] = new List<object> { path } };

    private byte[] Hashes()
    {
        byte[] hashes = new byte[PieceCount * SHA1.HashSizeInBytes];
        byte[] block = new byte[BlockLength];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        for (int i = 0; i < PieceCount; i++)
        {
            long end = Math.Min(Length, (i + 1L) * PieceLength);
            for (long offset = (long)i * PieceLength; offset < end; offset += BlockLength)
            {
                Span<byte> part = block.AsSpan(0, (int)Math.Min(BlockLength, end - offset));
                Read(offset, part);
                hash.AppendData(part);
            }

            hash.GetHashAndReset(hashes.AsSpan(i * SHA1.HashSizeInBytes));
        }

        return hashes;
    }
}
