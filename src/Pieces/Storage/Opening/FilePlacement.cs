using System.Globalization;
using Pieces.Metadata;
using Pieces.Platform;
using Pieces.Primitives;
using Pieces.Storage.Files;

namespace Pieces.Storage.Opening;

/// <summary>Carries out the decisions on existing files (<see cref="FileDecision"/>): renames, discards, copies and preallocates.</summary>
internal sealed class FilePlacement
{
    private const int CopyLength = 1024 * 1024;

    private readonly StorageOptions _options;
    private readonly StoragePaths _paths;
    private readonly DiskInventory _inventory;
    private readonly FileStore _files;
    private readonly ExistingData _existing;

    /// <summary>Works on one torrent whose lock is held.</summary>
    public FilePlacement(StorageOptions options, StoragePaths paths, DiskInventory inventory, FileStore files, ExistingData standing)
    {
        _options = options;
        _paths = paths;
        _inventory = inventory;
        _files = files;
        _existing = standing;
        Copied = new Bitfield(standing.Have.Length);
    }

    /// <summary>Warnings for the user, one line each.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>Files that are complete under their <c>.part</c> names.</summary>
    public HashSet<int> ToFinish { get; } = [];

    /// <summary>
    /// Pieces whose bytes were copied from a file that others may change. They count as present only after the copy has been hashed.
    /// </summary>
    public Bitfield Copied { get; }

    /// <summary>Checks that the disk has enough free space for the missing data.</summary>
    /// <exception cref="StorageException">The disk has too little free space.</exception>
    public void RequireSpace(FileDecision[] rulings)
    {
        long needed = SpaceNeed.Of(_options, _inventory, _files, rulings);
        if (needed > 0 && _options.FileSystem.FreeSpace(_options.OutputDirectory) is { } free && free < needed)
        {
            string message = string.Create(
                CultureInfo.InvariantCulture, $"{_options.OutputDirectory}: {needed} bytes are needed, {free} are free on the disk");
            throw new StorageException(StorageError.DiskFull, _options.OutputDirectory, message);
        }
    }

    /// <summary>Carries out the decision on one wanted file.</summary>
    /// <exception cref="StorageException">The operating system reported an error.</exception>
    public void Apply(FileEntry file, FileDecision ruling)
    {
        FileLocation final = _paths.Final(file.Index), part = _paths.Part(file.Index);
        try
        {
            bool hasBoth = _inventory.Final(file.Index).IsFile && _inventory.Part(file.Index).IsFile;
            switch (ruling)
            {
                case FileDecision.Fresh or FileDecision.Discard:
                    if (_options.Overwrite)
                    {
                        Discard(final);
                        Discard(part);
                    }

                    BeginAnew(file);
                    break;
                case FileDecision.Adopt:
                    if (hasBoth)
                        PutAside(part);
                    final.RenameTo(part, overwrite: false);
                    _files.SetPlace(file.Index, FilePlace.Part);
                    Warnings.Add($"{final} is incomplete: it is now {part} and will be repaired");
                    break;
                case FileDecision.Copy:
                    CopyGood(file);
                    break;
                case FileDecision.Continue or FileDecision.Finish:
                    if (hasBoth)
                        PutAside(final);
                    if (ruling == FileDecision.Finish)
                        ToFinish.Add(file.Index);
                    break;
            }
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            throw DiskErrors.Wrap(final, "move it into place", e);
        }

        bool isUnfit = ruling == FileDecision.Adopt || (ruling == FileDecision.Continue && _inventory.Part(file.Index).Length != file.Length);
        bool wantsRoom = file.Length > 0 && ruling == FileDecision.Fresh && _options.Preallocation == Preallocation.Full;
        if (wantsRoom && _files.PlaceOf(file.Index) == FilePlace.Absent || isUnfit)
            _files.MakePart(file.Index);
    }

    /// <summary>
    /// Ensures that an unselected file that exists under its final name is never written. Unless its first and last piece are both good, those pieces
    /// are kept in the spare file from now on.
    /// </summary>
    /// <exception cref="StorageException">The operating system reported an error.</exception>
    public void PlaceUnselected(FileEntry file)
    {
        if (_files.PlaceOf(file.Index) != FilePlace.Final || file.Length == 0)
            return;
        PieceRange pieces = _options.Metainfo.Layout.PiecesOf(file);
        if (_existing.Have[pieces.First] && _existing.Have[pieces.Last])
            return;
        foreach (PieceIndex piece in pieces.Ends)
        {
            if (_existing.Have[piece])
                Copy(file, piece, FilePlace.Final, FilePlace.Spare);
        }

        _files.Flush(file.Index);
        foreach (PieceIndex piece in pieces.Inner)
        {
            _existing.Have.Clear(piece);
            _existing.Unproven.Clear(piece);
        }

        _files.SetPlace(file.Index, FilePlace.Spare);
    }

    // Copies the good pieces of an existing file into a new unfinished file of ours. An existing file with the final name is moved aside first. An
    // unfinished file of another user stays where it is, because our unfinished file has a different name.
    private void CopyGood(FileEntry file)
    {
        FileLocation final = _paths.Final(file.Index);
        bool isFinal = _files.PlaceOf(file.Index) == FilePlace.Final;
        if (isFinal)
        {
            if (_inventory.Part(file.Index).IsFile)
                PutAside(_paths.Part(file.Index));
            FileLocation aside = MoveAside(final);
            _paths.SetOther(file.Index, aside);
            Warnings.Add($"{final} does not match this torrent: it is kept as {aside}, and its valid pieces are copied");
        }
        else
        {
            Warnings.Add($"{_paths.Other(file.Index)} belongs to another user: its valid pieces are copied to {_paths.Part(file.Index)}");
        }

        _files.SetPlace(file.Index, FilePlace.Absent);
        foreach (PieceIndex piece in _options.Metainfo.Layout.PiecesOf(file))
        {
            if (!_existing.Have[piece])
                continue;
            Copy(file, piece, FilePlace.Other, FilePlace.Part);
            Copied.Set(piece);
        }

        _files.Flush(file.Index);
        if (isFinal && _options.Overwrite)
            _paths.Other(file.Index).Delete();
    }

    private void BeginAnew(FileEntry file)
    {
        if (file.Length == 0)
        {
            _files.Folders.MakeFoldersOf(file);
            _paths.Final(file.Index).Open(FileOpening.New()).Dispose();
            _files.SetPlace(file.Index, FilePlace.Final);
            return;
        }

        if (_files.PlaceOf(file.Index) != FilePlace.Spare)
        {
            _files.SetPlace(file.Index, FilePlace.Absent);
            return;
        }

        // The file is selected for the first time: copy what earlier pieces left of it in the spare file to its own file.
        _files.SetPlace(file.Index, FilePlace.Absent);
        foreach (PieceIndex piece in _options.Metainfo.Layout.PiecesOf(file).Ends)
        {
            if (_existing.Have[piece])
                Copy(file, piece, FilePlace.Spare, FilePlace.Part);
        }

        _files.Flush(file.Index);
    }

    private void Copy(FileEntry file, PieceIndex piece, FilePlace from, FilePlace to)
    {
        PieceLayout layout = _options.Metainfo.Layout;
        long begin = Math.Max(file.Offset, layout.OffsetOf(piece));
        long end = Math.Min(file.Offset + file.Length, layout.OffsetOf(piece) + layout.LengthOf(piece));
        byte[] buffer = new byte[Math.Min(CopyLength, end - begin)];
        if (to == FilePlace.Part)
        {
            if (_files.PlaceOf(file.Index) != FilePlace.Part)
                _files.SetPlace(file.Index, FilePlace.Absent);
            _files.MakePart(file.Index);
        }

        while (begin < end)
        {
            Memory<byte> bytes = buffer.AsMemory(0, (int)Math.Min(buffer.Length, end - begin));
            _files.SetPlace(file.Index, from);
            bool read = _files.TryRead(begin, bytes);
            _files.SetPlace(file.Index, to);
            if (!read)
                throw new StorageException(
                    StorageError.File, _files.PathOf(file.Index), $"{_files.PathOf(file.Index)}: changed while it was being checked");
            _files.Write(begin, [(ReadOnlyMemory<byte>)bytes]);
            begin += bytes.Length;
        }

        _files.SetPlace(file.Index, to);
    }

    private static void Discard(FileLocation file)
    {
        if (FileFacts.Of(file).Kind is FileKind.File or FileKind.Link)
            file.Delete();
    }

    private void PutAside(FileLocation file)
    {
        if (_options.Overwrite)
        {
            file.Delete();
            return;
        }

        FileLocation aside = MoveAside(file);
        Warnings.Add($"{file} has fewer valid pieces than its other copy: it is kept as {aside}");
    }

    private FileLocation MoveAside(FileLocation file)
    {
        FileLocation aside = _paths.Beside(file, ".kept");
        for (int i = 2; FileFacts.Of(aside).Kind != FileKind.Missing; i++)
            aside = _paths.Beside(file, string.Create(CultureInfo.InvariantCulture, $".kept{i}"));
        file.RenameTo(aside, overwrite: false);
        return aside;
    }
}
