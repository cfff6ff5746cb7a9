using Pieces.Metadata;
using Pieces.Platform;
using Pieces.Primitives;

namespace Pieces.Cli.Sources;

/// <summary>
/// Remembers what completed magnet links are about, so that the same command again finds its data without asking anyone. One file for each link in the user's
/// cache folder, readable by the user alone: the <c>info</c> value, whose hash tells that it is right. Whoever deletes them loses nothing but that.
/// </summary>
internal sealed class LinkCache
{
    /// <summary>Most files that are kept; the oldest goes first.</summary>
    public const int MaxFiles = 200;

    /// <summary>Longest metadata that is kept or read, in bytes.</summary>
    public const int MaxLength = 16 * 1024 * 1024;

    private const string FolderName = "links";

    private readonly string? _folder;

    /// <param name="cache">The program's own folder in the user's cache; null where the user has none.</param>
    public LinkCache(string? cache) => _folder = cache is null ? null : Path.Join(cache, FolderName);

    /// <summary>What a link is about, or null when it is not remembered.</summary>
    public byte[]? Find(InfoHash infoHash)
    {
        if (_folder is null)
            return null;
        var file = new FileInfo(PathOf(infoHash));
        try
        {
            if (!file.Exists || file.Length > MaxLength)
                return null;
            byte[] info = File.ReadAllBytes(file.FullName);
            return InfoHash.OfInfo(info) == infoHash ? info : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It only saves a question to peers.
            return null;
        }
    }

    /// <summary>Remembers what a link is about.</summary>
    /// <exception cref="IOException">It cannot be written; likewise <see cref="UnauthorizedAccessException"/>.</exception>
    public void Keep(Metainfo metainfo)
    {
        if (_folder is null || metainfo.InfoBytes.Length > MaxLength)
            return;
        string path = PathOf(metainfo.InfoHash);
        if (File.Exists(path))
            return;
        Directory.CreateDirectory(_folder);
        WholeFile.Write(path, metainfo.InfoBytes.Span, overwrite: true, isPrivate: true);
        foreach (FileInfo old in new DirectoryInfo(_folder).EnumerateFiles().OrderByDescending(file => file.LastWriteTimeUtc).Skip(MaxFiles))
            old.Delete();
    }

    private string PathOf(InfoHash infoHash) => Path.Join(_folder, infoHash.ToString());
}
