using Microsoft.Win32.SafeHandles;
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

    private const string FolderPattern = ".*" + StoragePaths.FolderSuffix;

    /// <summary>Looks for the metadata of a torrent in the hidden folders below an output folder; null when it is nowhere.</summary>
    public static byte[]? Find(string outputDirectory, InfoHash infoHash)
    {
        try
        {
            if (!Directory.Exists(outputDirectory))
                return null;
            using DirectoryHandle handle = CurrentPlatform.Files.OpenDirectory(outputDirectory);
            foreach (string folder in Directory.EnumerateDirectories(outputDirectory, FolderPattern).Take(MaxFolders))
            {
                if (Read(handle.At(Path.Join(Path.GetFileName(folder), StoragePaths.MetadataName))) is { } bytes && InfoHash.OfInfo(bytes) == infoHash)
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
                && paths.Metadata.ReadAllBytes().AsSpan().SequenceEqual(metainfo.InfoBytes.Span))
                return;
            FileLocation fresh = paths.Metadata.WithSuffix(StoragePaths.NewSuffix);
            using (SafeFileHandle file = fresh.Open(FileOpening.Replace with { Share = FileShare.None }))
            {
                RandomAccess.Write(file, metainfo.InfoBytes.Span, 0);
                paths.Directory.FileSystem.Flush(file);
            }

            fresh.RenameTo(paths.Metadata, overwrite: true);
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            throw DiskErrors.Wrap(paths.Metadata, "write it", e);
        }
    }

    private static byte[]? Read(FileLocation file) =>
        FileFacts.Of(file) is { IsFile: true, Length: > 0 and <= MaxLength } ? file.ReadAllBytes() : null;
}
