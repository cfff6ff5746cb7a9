using Pieces.Metadata;
using Pieces.Platform;
using Pieces.Primitives;

namespace Pieces.Storage.Files;

/// <summary>
/// Keeps the metadata of a torrent that began as a magnet link in its hidden folder, so that the next run of the same link needs nobody to give it.
/// The file is the <c>info</c> value and nothing else: its hash tells what it is and that it is whole.
/// </summary>
internal static class MetadataFile
{
    /// <summary>Longest file that is looked at, in bytes.</summary>
    public const int MaxLength = 64 * 1024 * 1024;

    /// <summary>Most hidden folders that are looked into.</summary>
    public const int MaxFolders = 10_000;

    /// <summary>Bytes that are read in all, at the most: more than a user's unfinished downloads in one folder have.</summary>
    public const long MaxTotal = 512L * 1024 * 1024;

    /// <summary>Looks for the metadata of a torrent in the hidden folders below an output folder; null when it is nowhere.</summary>
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
            // It only saves a question to peers. What is wrong with the folder shows when the data is looked at.
            return null;
        }

        return null;
    }

    /// <summary>Writes it, unless it is there already.</summary>
    /// <exception cref="StorageException">The system refused.</exception>
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

    // What others put into a folder that everybody may write to is not read.
    private static byte[]? ReadOwn(DirectoryHandle directory, string folder, ref long left)
    {
        FileLocation file = directory.At(Path.Join(folder, StoragePaths.MetadataName));
        if (directory.At(folder).Stat() is not { Kind: FileKind.Folder, Trust: not FileTrust.Foreign }
            || file.Stat() is not { IsFile: true, Length: > 0 and <= MaxLength, Trust: not FileTrust.Foreign } facts)
            return null;
        left -= facts.Length;
        return FileFacts.ReadAll(file, MaxLength, out _);
    }
}
