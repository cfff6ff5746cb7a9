using Pieces.Metadata;
using Pieces.Platform;
using Pieces.Primitives;

namespace Pieces.Storage.Files;

/// <summary>
/// Keeps the metadata of a torrent that began as a magnet link in its hidden folder, so that the next run of the same link need not fetch it from
/// peers. The file contains the <c>info</c> value and nothing else: its hash identifies it and proves that it is complete.
/// </summary>
internal static class MetadataFile
{
    /// <summary>Maximum length of a metadata file that is read, in bytes.</summary>
    public const int MaxLength = 64 * 1024 * 1024;

    /// <summary>Maximum number of hidden folders that are searched.</summary>
    public const int MaxFolders = 10_000;

    /// <summary>
    /// Maximum number of bytes that are read in one search. A user's unfinished downloads in one folder have less metadata than this.
    /// </summary>
    public const long MaxTotal = 512L * 1024 * 1024;

    /// <summary>Searches for the metadata of a torrent in the hidden folders of an output folder; null when it is not found.</summary>
    public static byte[]? Find(string outputDirectory, InfoHash infoHash)
    {
        try
        {
            using DirectoryHandle handle = CurrentPlatform.Files.OpenDirectory(outputDirectory);
            if (handle.At(string.Empty).Stat().Kind != FileKind.Folder)
                return null;
            long left = MaxTotal;
            int folders = 0;
            foreach (string name in handle.List(string.Empty))
            {
                if (!StoragePaths.IsFolderName(name))
                    continue;
                if (++folders > MaxFolders || left <= 0)
                    return null;
                if (ReadOwn(handle, name, ref left) is { } bytes && InfoHash.OfInfo(bytes) == infoHash)
                    return bytes;
            }
        }
        catch (Exception e) when (e is StorageException || DiskErrors.IsDiskError(e))
        {
            // The file only saves fetching the metadata from peers. A problem with the folder is reported when the data is opened.
            return null;
        }

        return null;
    }

    /// <summary>Writes the metadata, unless the file has it already.</summary>
    /// <exception cref="StorageException">The operating system reported an error.</exception>
    public static void Write(StoragePaths paths, Metainfo metainfo)
    {
        try
        {
            if (FileFacts.Of(paths.Metadata) is { IsFile: true, Length: var length } && length == metainfo.InfoBytes.Length
                && FileFacts.ReadAll(paths.Metadata, MaxLength, out _).AsSpan().SequenceEqual(metainfo.InfoBytes.Span))
                return;
            WholeFile.Write(paths.Metadata, metainfo.InfoBytes.Span, overwrite: true, isPrivate: true);
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            throw DiskErrors.Wrap(paths.Metadata, "write it", e);
        }
    }

    // Files that other users placed in a world-writable folder are not read.
    private static byte[]? ReadOwn(DirectoryHandle directory, string folder, ref long left)
    {
        FileLocation file = directory.At(Path.Join(folder, StoragePaths.MetadataName));
        if (directory.At(folder).Stat() is not { Kind: FileKind.Folder, Trust: not FileTrust.Foreign }
            || file.Stat() is not { IsFile: true, Length: > 0 and <= MaxLength, Trust: not FileTrust.Foreign } facts
            || facts.Length > left)
            return null;
        left -= facts.Length;
        return FileFacts.ReadAll(file, MaxLength, out _);
    }
}
