using Pieces.Tests.Support;

namespace Pieces.Tests.Interop;

/// <summary>The torrents that other clients share with the program, and what these clients have left in a folder.</summary>
internal static class SampleTorrents
{
    private const int PieceLength = 32 * 1024;

    /// <summary>Creates a torrent of one file whose size is not a multiple of a block or piece.</summary>
    public static TestTorrent OneFile(int seed, string announce) =>
        new TestTorrent("single file.bin", 5_000_011, PieceLength, seed).AnnouncedTo(announce);

    /// <summary>
    /// Creates a torrent with nested folders, empty files, files that share a piece, files that end at a piece border, and names that are not ASCII.
    /// </summary>
    public static TestTorrent SeveralFiles(int seed, string announce) => TestTorrent.OfNames(
        "several files",
        PieceLength,
        seed,
        ("first.bin", PieceLength * 3),
        ("empty first.txt", 0),
        ("one.bin", 1),
        ("sub/two.bin", 16 * 1024),
        ("sub/three.bin", 16 * 1024 + 1),
        ("sub/deep/deeper/four.bin", 700_001),
        ("sub/deep/empty", 0),
        ("sub/deep/five.bin", 17),
        ("sub/deep/six.bin", PieceLength - 1),
        ("Übung/日本.bin", 1_000_003),
        ("Übung/sieben & acht.bin", 300_000),
        ("last.bin", 1_234_567)).AnnouncedTo(announce);

    /// <summary>
    /// Whether a folder contains the whole content under its final names. Empty files may be missing, because not every client creates them.
    /// </summary>
    public static bool HasContent(this TestTorrent torrent, string folder) => FirstDifference(torrent, folder, emptyFilesToo: false) is null;

    /// <summary>Returns the first file that is missing or wrong, or that does not belong to the content.</summary>
    /// <returns><see langword="null"/> if the folder contains the content and nothing else.</returns>
    public static string? FirstDifferenceOrStray(this TestTorrent torrent, string folder)
    {
        if (FirstDifference(torrent, folder, emptyFilesToo: true) is string difference)
            return difference;
        var wanted = torrent.FilesOnDisk().Select(file => Path.Combine(folder, file.Path)).ToHashSet(StringComparer.Ordinal);
        string? stray = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).FirstOrDefault(path => !wanted.Contains(path));
        return stray is null ? null : $"{stray} is no part of the torrent";
    }

    private static string? FirstDifference(TestTorrent torrent, string folder, bool emptyFilesToo)
    {
        foreach ((string path, long offset, long length) in torrent.FilesOnDisk())
        {
            string full = Path.Combine(folder, path);
            if (!File.Exists(full))
            {
                if (length > 0 || emptyFilesToo)
                    return $"{path} is missing";
                continue;
            }

            if (new FileInfo(full).Length != length)
                return $"{path} has the wrong size";
            int same = torrent.Bytes.AsSpan((int)offset, (int)length).CommonPrefixLength(ReadShared(full));
            if (same != length)
                return $"{path} differs at byte {same}";
        }

        return null;
    }

    /// <summary>Reads a file that another process may be writing or renaming.</summary>
    private static byte[] ReadShared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        byte[] content = new byte[file.Length];
        file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
        return content;
    }
}
