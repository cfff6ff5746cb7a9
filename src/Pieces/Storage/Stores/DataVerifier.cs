using System.Collections.Immutable;
using Pieces.Metadata;
using Pieces.Platform;
using Pieces.Primitives;
using Pieces.Storage.Files;
using Pieces.Storage.Opening;

namespace Pieces.Storage.Stores;

/// <summary>State of one file of a torrent on the disk.</summary>
/// <param name="File">The file.</param>
/// <param name="Path">The path that was checked: the final path, or that of the <c>.part</c> file when only that exists.</param>
/// <param name="Exists">Whether a file exists at the path.</param>
/// <param name="Length">Length of that file, in bytes.</param>
/// <param name="BadPieces">Indexes of pieces that touch the file and are missing or bad, ascending.</param>
public sealed record FileCheck(FileEntry File, string Path, bool Exists, long Length, ImmutableArray<int> BadPieces)
{
    /// <summary>
    /// Indexes of pieces that touch the file and cannot be verified, ascending: they contain bytes of unselected files that are missing.
    /// </summary>
    public ImmutableArray<int> UnprovenPieces { get; init; } = [];

    /// <summary>Whether the file is complete and correct, under whichever name, as far as it can be verified.</summary>
    public bool IsGood => Exists && Length == File.Length && BadPieces.IsEmpty;
}

/// <summary>State of a torrent's data on the disk.</summary>
/// <param name="GoodPieces">Number of good pieces.</param>
/// <param name="BadPieces">Indexes of pieces that are missing or bad, ascending.</param>
/// <param name="Files">Every selected file that is stored on the disk (no pad files or links).</param>
public sealed record DataCheckResult(int GoodPieces, ImmutableArray<int> BadPieces, ImmutableArray<FileCheck> Files)
{
    /// <summary>Indexes of pieces that cannot be verified, as in <see cref="FileCheck"/>, for all files.</summary>
    public ImmutableArray<int> UnprovenPieces { get; init; } = [];

    /// <summary>Warnings for the user, one line each.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>Number of pieces that were checked.</summary>
    public required int CheckedPieces { get; init; }

    /// <summary>Whether all selected data is complete and correct.</summary>
    public bool IsGood
    {
        get
        {
            foreach (FileCheck file in Files)
            {
                if (!file.IsGood)
                    return false;
            }

            return BadPieces.IsEmpty;
        }
    }
}

/// <summary>Verifies data on the disk against its torrent, on all processors; changes nothing.</summary>
public static class DataVerifier
{
    private const int MaxOpenFiles = 48;

    /// <summary>Checks all pieces.</summary>
    /// <param name="metainfo">The torrent.</param>
    /// <param name="directory">The folder that contains the torrent's file or top folder.</param>
    /// <param name="progress">Receives the progress, on any thread; or null.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <exception cref="StorageException">A file exists and cannot be read.</exception>
    public static Task<DataCheckResult> RunAsync(
        Metainfo metainfo, string directory, IProgress<CheckProgress>? progress, CancellationToken cancellationToken) =>
        RunAsync(metainfo, directory, null, progress, cancellationToken);

    /// <summary>Checks the pieces of selected files.</summary>
    /// <param name="metainfo">The torrent.</param>
    /// <param name="directory">The folder that contains the torrent's file or top folder.</param>
    /// <param name="selected">Indexes of the selected files; null for all.</param>
    /// <param name="progress">Receives the progress, on any thread; or null.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <exception cref="StorageException">A file exists and cannot be read.</exception>
    public static Task<DataCheckResult> RunAsync(
        Metainfo metainfo,
        string directory,
        ImmutableArray<int>? selected,
        IProgress<CheckProgress>? progress,
        CancellationToken cancellationToken) =>
        RunAsync(metainfo, directory, selected, portableNames: false, progress, cancellationToken);

    /// <summary>Checks the pieces of selected files, which may have portable names.</summary>
    /// <param name="metainfo">The torrent.</param>
    /// <param name="directory">The folder that contains the torrent's file or top folder.</param>
    /// <param name="selected">Indexes of the selected files; null for all.</param>
    /// <param name="portableNames">Whether the files have names that are valid on every system.</param>
    /// <param name="progress">Receives the progress, on any thread; or null.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <exception cref="StorageException">A file exists and cannot be read.</exception>
    public static async Task<DataCheckResult> RunAsync(
        Metainfo metainfo,
        string directory,
        ImmutableArray<int>? selected,
        bool portableNames,
        IProgress<CheckProgress>? progress,
        CancellationToken cancellationToken)
    {
        ImmutableArray<FileEntry> asNamed = metainfo.Files;
        using DirectoryHandle handle = CurrentPlatform.Files.OpenDirectory(directory);
        List<string> warnings = [];
        metainfo = StoredNames.Of(metainfo, handle, portableNames, mayProbe: false, warnings);
        bool[]? flags = SelectedFiles.FlagsOf(metainfo, selected);
        using var handles = new HandleCache(MaxOpenFiles);
        var paths = new StoragePaths(metainfo, handle);
        FollowedLinks.Find(metainfo, paths, warnings);
        var mode = new FileStoreMode(ReadOnly: true, Preallocation.None);
        var files = new FileStore(metainfo.Files, paths, handles, CurrentPlatform.Files, mode);
        bool hasSpare = FileFacts.Of(paths.Spare).IsFile;
        var facts = new FileStat[metainfo.Files.Length];
        foreach (FileEntry file in metainfo.Files)
        {
            if (!file.IsOnDisk)
                continue;
            facts[file.Index] = Place(file, files, paths);
            if (flags is not null && !flags[file.Index] && !facts[file.Index].IsFile && hasSpare)
                files.SetPlace(file.Index, FilePlace.Spare);
        }

        Bitfield pieces = SelectedFiles.PiecesOf(metainfo, flags);
        Bitfield good = await PieceCheck.RunAsync(metainfo, files, pieces, progress, cancellationToken).ConfigureAwait(false);
        var unproven = new Bitfield(good.Length);
        for (int i = pieces.NextSet(0); i >= 0 && flags is not null; i = pieces.NextSet(i + 1))
        {
            if (!good[i] && UnprovenPieces.LacksOnlyOthers(
                metainfo.Layout.Piece(i), metainfo.Layout, files, file => facts[file].Length, file => flags[file]))
                unproven.Set(i);
        }

        ImmutableArray<FileCheck>.Builder checks = ImmutableArray.CreateBuilder<FileCheck>();
        foreach (FileEntry file in metainfo.Files)
        {
            if (!file.IsOnDisk || (flags is not null && !flags[file.Index]))
                continue;
            FileStat fact = facts[file.Index];
            ImmutableArray<int> lacking = Clear(good, metainfo.Layout.PiecesOf(file));
            ImmutableArray<int> bad = [.. lacking.Where(i => !unproven[i])];
            checks.Add(new FileCheck(asNamed[file.Index], files.PathOf(file.Index), fact.IsFile, fact.Length, bad)
            {
                UnprovenPieces = [.. lacking.Where(i => unproven[i])]
            });
        }

        ImmutableArray<int> notGood = Lacking(pieces, good);
        return new DataCheckResult(good.Count, [.. notGood.Where(i => !unproven[i])], checks.ToImmutable())
        {
            UnprovenPieces = [.. notGood.Where(i => unproven[i])],
            CheckedPieces = pieces.Count,
            Warnings = [.. warnings],
        };
    }

    private static FileStat Place(FileEntry file, FileStore files, StoragePaths paths)
    {
        if (!paths.IsFollowed(file.Index) && !HasFolders(file, files))
            return default;
        FileStat final = FileFacts.Of(paths.Final(file.Index));
        FileStat other = default, part = final.IsFile ? default : paths.LookAtPart(file.Index, out other);
        (FilePlace place, FileStat facts) = final.IsFile ? (FilePlace.Final, final)
            : part.IsFile ? (FilePlace.Part, part)
            : other.IsFile ? (FilePlace.Other, other)
            : (FilePlace.Absent, default);
        files.SetPlace(file.Index, place);
        return facts;
    }

    private static bool HasFolders(FileEntry file, FileStore files)
    {
        try
        {
            return files.Folders.HasFoldersOf(file);
        }
        catch (StorageException e) when (e.Error == StorageError.PathOccupied)
        {
            // The path of a parent folder is not a folder: the check reports the file as missing.
            return false;
        }
    }

    private static ImmutableArray<int> Clear(Bitfield good, PieceRange range)
    {
        ImmutableArray<int>.Builder clear = ImmutableArray.CreateBuilder<int>();
        foreach (PieceIndex piece in range)
        {
            if (!good[piece])
                clear.Add(piece.Value);
        }

        return clear.ToImmutable();
    }

    private static ImmutableArray<int> Lacking(Bitfield wanted, Bitfield good)
    {
        ImmutableArray<int>.Builder lacking = ImmutableArray.CreateBuilder<int>();
        for (int i = wanted.NextSet(0); i >= 0; i = wanted.NextSet(i + 1))
        {
            if (!good[i])
                lacking.Add(i);
        }

        return lacking.ToImmutable();
    }
}
