using Pieces.Metadata;
using Pieces.Platform;
using Pieces.Primitives;

namespace Pieces.Cli.Sources;

/// <summary>
/// Caches the metadata of completed magnet links, so that the same command finds its data again without requesting the metadata from peers. The
/// user's cache folder contains one file for each link, readable only by the user. A file contains the <c>info</c> value, which is checked against
/// the info-hash. The files can be deleted at any time.
/// </summary>
internal sealed class LinkCache
{
    /// <summary>Maximum number of cached links. The oldest is deleted first.</summary>
    public const int MaxFiles = 200;

    /// <summary>Maximum size of metadata that is cached or read, in bytes.</summary>
    public const int MaxLength = 16 * 1024 * 1024;

    private const string FolderName = "links";

    private readonly string? _folder;

    /// <param name="cache">The program's folder in the user's cache directory; null if the user has none.</param>
    public LinkCache(string? cache) => _folder = cache is null ? null : Path.Join(cache, FolderName);

    /// <summary>Returns the cached metadata of a link, or null.</summary>
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
            // The cache only saves a request to peers, so an unreadable file is treated as missing.
            return null;
        }
    }

    /// <summary>Caches the metadata of a link.</summary>
    /// <exception cref="IOException">The file cannot be written. The same applies to <see cref="UnauthorizedAccessException"/>.</exception>
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
