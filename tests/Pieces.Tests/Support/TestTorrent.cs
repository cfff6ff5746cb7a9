using System.Security.Cryptography;
using Pieces.Metadata;
using Pieces.Primitives;
using Pieces.Tests.Bencode;

namespace Pieces.Tests.Support;

/// <summary>
/// The torrent of a test: its content, and the .torrent file that describes it. Every test that needs a sound torrent with content creates it here.
/// A test of a .torrent file that is odd or damaged composes it from the dictionaries of <see cref="TestInfo"/>.
/// </summary>
internal sealed class TestTorrent
{
    public const int KiB = 1024;
    public const int MiB = 1024 * KiB;

    private const int ChunkLength = MiB;

    private readonly TestContent _content;
    private readonly Dict _info;

    /// <summary>Creates a torrent of one file.</summary>
    public TestTorrent(string name = "file.bin", long length = 2 * MiB, int pieceLength = 32 * KiB, int seed = 1)
        : this(name, new TestContent([new TestFile(name, length)], seed), TestInfo.SingleInfo(Bencoded.Utf8(name), length), pieceLength)
    {
    }

    private TestTorrent(string name, TestContent content, Dict info, int pieceLength)
        : this(name, content, TestInfo.With(TestInfo.With(info, "piece length", pieceLength), "pieces", content.HashesOf(pieceLength)))
    {
    }

    private TestTorrent(string name, TestContent content, Dict info, string announce = "")
    {
        Name = name;
        _content = content;
        _info = info;
        Announce = announce;
        TorrentBytes = TestInfo.Bytes(info, announce.Length > 0 ? new Dict { ["announce"] = announce } : null);
        // The same names on every system, because the tests compare paths with the names that they gave.
        Metainfo = MetainfoParser.Parse(TorrentBytes, PathRules.Posix);
    }

    private TestTorrent(TestTorrent other, Metainfo metainfo)
    {
        Name = other.Name;
        _content = other._content;
        _info = other._info;
        Announce = other.Announce;
        TorrentBytes = other.TorrentBytes;
        Metainfo = metainfo;
    }

    /// <summary>Name of the file, or of the folder that contains the files.</summary>
    public string Name { get; }

    /// <summary>URL of the tracker; empty if the torrent names none.</summary>
    public string Announce { get; }

    public long Length => _content.Length;

    public int PieceLength => Layout.PieceLength;

    public int PieceCount => Layout.PieceCount;

    public PieceLayout Layout => Metainfo.Layout;

    /// <summary>All files, including padding, with paths relative to the output folder.</summary>
    public IReadOnlyList<TestFile> Files => _content.Files;

    /// <summary>Bytes of the .torrent file.</summary>
    public byte[] TorrentBytes { get; }

    /// <summary>The .torrent file as the program parses it.</summary>
    public Metainfo Metainfo { get; }

    /// <summary>The info-hash, computed without any code of the program.</summary>
#pragma warning disable CA5350 // BEP 3 identifies a torrent by SHA-1.
    public byte[] InfoHash => SHA1.HashData(Bencoded.Of(_info));
#pragma warning restore CA5350

    /// <summary>The whole content in memory. Only a test whose content is small may use it.</summary>
    public byte[] Bytes => _content.Bytes;

    /// <summary>Creates a torrent of files that all have the same length, in a folder.</summary>
    public static TestTorrent OfFiles(string name, int count, long lengthOfEach, int pieceLength, int seed = 1) =>
        OfNames(name, pieceLength, seed, [.. Enumerable.Range(0, count).Select(i => ($"file-{i:d4}.bin", lengthOfEach))]);

    /// <summary>Creates a torrent of files with the given names and lengths, in a folder. Files below <c>.pad</c> are padding.</summary>
    public static TestTorrent OfNames(string name, int pieceLength, params (string Path, long Length)[] files) =>
        OfNames(name, pieceLength, seed: 1, files);

    /// <summary>Creates such a torrent whose content differs from that of another seed.</summary>
    public static TestTorrent OfNames(string name, int pieceLength, int seed, params (string Path, long Length)[] files)
    {
        var content = new TestContent([.. files.Select(file => new TestFile($"{name}/{file.Path}", file.Length) { IsPad = IsPad(file.Path) })], seed);
        Dict[] entries = [.. files.Select(file => TestInfo.FileOf(Bencoded.Utf8(file.Path), file.Length, IsPad(file.Path) ? "p" : null))];
        return new TestTorrent(name, content, TestInfo.FilesInfo(Bencoded.Utf8(name), entries), pieceLength);
    }

    /// <summary>Returns the same content as a private torrent.</summary>
    public TestTorrent AsPrivate() => new(Name, _content, TestInfo.With(_info, "private", 1), Announce);

    /// <summary>Returns the same torrent with a tracker.</summary>
    public TestTorrent AnnouncedTo(string url) => new(Name, _content, _info, url);

    /// <summary>Returns the same torrent with another hash algorithm.</summary>
    public TestTorrent WithMerkleHashes() => new(this, MerklePieceHasher.Applied(Metainfo, Bytes));

    /// <summary>Returns the same torrent with names of files that the parser would change.</summary>
    public TestTorrent WithNamesAsGiven() => new(this, new Metainfo
    {
        InfoHash = Metainfo.InfoHash,
        InfoBytes = Metainfo.InfoBytes,
        Name = Metainfo.OriginalName,
        OriginalName = Metainfo.OriginalName,
        Files = [.. Metainfo.Files.Select(file => file with { Path = file.OriginalPath })],
        IsMultiFile = Metainfo.IsMultiFile,
        Layout = Layout,
        PieceHashes = Metainfo.PieceHashes,
    });

    /// <summary>Computes a range of the content.</summary>
    public void Read(long offset, Span<byte> into) => _content.Read(offset, into);

    public ReadOnlySpan<byte> PieceBytes(int piece) => Bytes.AsSpan((int)Layout.OffsetOf(Layout.Piece(piece)), Layout.LengthOf(Layout.Piece(piece)));

    public byte[] FileBytes(int file) => Bytes.AsSpan((int)Metainfo.Files[file].Offset, (int)Metainfo.Files[file].Length).ToArray();

    /// <summary>Returns a copy of one block.</summary>
    public byte[] Block(uint piece, uint begin, uint length) => Bytes.AsSpan((int)((piece * (long)PieceLength) + begin), (int)length).ToArray();

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
        byte[] bytes = new byte[ChunkLength];
        foreach ((string relative, long begin, long length) in FilesOnDisk())
        {
            string path = Path.Combine(folder, relative);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using FileStream file = File.Create(path);
            for (long done = 0; done < length;)
            {
                int part = (int)Math.Min(bytes.Length, length - done);
                Read(begin + done, bytes.AsSpan(0, part));
                file.Write(bytes, 0, part);
                done += part;
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
    /// <param name="stored">The paths of the files below the folder, without padding; null for the paths in the torrent.</param>
    public void ShouldBeRightIn(string folder, string[]? stored = null)
    {
        byte[] expected = new byte[ChunkLength], actual = new byte[ChunkLength];
        int index = 0;
        foreach ((string relative, long begin, long length) in FilesOnDisk())
        {
            string path = stored?[index++] ?? relative;
            using FileStream file = File.OpenRead(Path.Combine(folder, path));
            file.Length.Should().Be(length, "{0} is complete", path);
            for (long done = 0; done < length;)
            {
                int part = (int)Math.Min(expected.Length, length - done);
                Read(begin + done, expected.AsSpan(0, part));
                file.ReadExactly(actual, 0, part);
                if (!expected.AsSpan(0, part).SequenceEqual(actual.AsSpan(0, part)))
                    Assert.Fail($"{path} differs within {part} bytes from {done}");
                done += part;
            }
        }
    }

    /// <summary>Returns the files that are stored on a disk, each with its offset in the torrent.</summary>
    public IEnumerable<(string Path, long Offset, long Length)> FilesOnDisk()
    {
        long offset = 0;
        foreach (TestFile file in Files)
        {
            if (!file.IsPad)
                yield return (file.Path, offset, file.Length);
            offset += file.Length;
        }
    }

    private static bool IsPad(string path) => path.StartsWith(".pad/", StringComparison.Ordinal);
}
