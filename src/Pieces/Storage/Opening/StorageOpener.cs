using Pieces.Metadata;
using Pieces.Platform;
using Pieces.Primitives;
using Pieces.Storage.Files;
using Pieces.Storage.Resume;

namespace Pieces.Storage.Opening;

/// <summary>The result of opening a torrent's storage.</summary>
/// <param name="Opening">The part that the caller receives.</param>
/// <param name="Existing">The existing data.</param>
/// <param name="Rulings">The decision on each file.</param>
/// <param name="ToFinish">Files that are complete and do not have their final names yet.</param>
/// <param name="Lock">The lock; null when none was needed.</param>
internal sealed record OpenedStorage(
    StorageOpenResult Opening, ExistingData Existing, FileDecision[] Rulings, HashSet<int> ToFinish, StorageLock? Lock);

/// <summary>What opening a torrent's storage would find.</summary>
/// <param name="Have">Pieces on the disk; each was hashed.</param>
/// <param name="Exempt">As in <see cref="StorageOpenResult"/>.</param>
/// <param name="Rulings">The decision on each file.</param>
/// <param name="SpaceNeeded">Free space that the disk needs, in bytes.</param>
internal sealed record StoragePreview(Bitfield Have, Bitfield Exempt, FileDecision[] Rulings, long SpaceNeeded);

/// <summary>Opens the storage of one torrent: takes the lock, examines the disk, hashes as needed, decides and places the files. Used once.</summary>
internal sealed class StorageOpener
{
    private readonly StorageOptions _options;
    private readonly StoragePaths _paths;
    private readonly FileStore _files;
    private readonly Guid _boot;
    private readonly List<string> _warnings;
    private ResumeReading _reading;

    /// <summary>Prepares to open the storage that a layout describes.</summary>
    public StorageOpener(StorageLayout layout, Guid boot)
    {
        (_options, _paths, _files, _warnings) = layout;
        _boot = boot;
    }

    /// <summary>Opens the storage. On failure the lock is released, and the hidden folder is removed if it did not exist before.</summary>
    /// <exception cref="StorageException">
    /// An existing file is in the way, the download is locked, there is not enough space, or the operating system reported an error.
    /// </exception>
    public async Task<OpenedStorage> OpenAsync(IProgress<CheckProgress>? progress, CancellationToken cancellationToken)
    {
        if (_options.LocalContent is not null)
            return Described();
        DiskInventory inventory = Look();
        ExistingData? standing = null;
        if (_options.ReadOnly || (!inventory.HasFolder && inventory.LooksComplete(_options)))
        {
            standing = await ExistingData.LookAsync(_options, inventory, _files, null, progress, cancellationToken).ConfigureAwait(false);
            if (_options.ReadOnly || IsComplete(Rule(inventory, standing)))
            {
                FileDecision[] rulings = _options.ReadOnly ? Describe() : Rule(inventory, standing);
                return await ConcludeAsync(inventory, standing, rulings, null, cancellationToken).ConfigureAwait(false);
            }
        }

        _files.Folders.MakeOutputFolder();
        StorageLock storageLock = StorageLock.Take(_paths);
        try
        {
            if (!storageLock.IsKept)
                _warnings.Add($"{_paths.Lock}: this disk does not support file locks: make sure that no other process works on this download");
            if (_options.KeepsMetadata)
                MetadataFile.Write(_paths, _options.Metainfo);

            // A previous holder of the lock may have changed the files since they were examined without the lock.
            DiskInventory again = Look();
            if (standing is null || !again.Equals(inventory))
            {
                ResumeState? state = ReadState();
                standing = await ExistingData.LookAsync(_options, again, _files, state, progress, cancellationToken).ConfigureAwait(false);
            }

            return await ConcludeAsync(again, standing, Rule(again, standing), storageLock, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            if (!inventory.HasFolder && HiddenFolder.TryRemove(_paths, storageLock) is { } why)
                _options.Logger.Debug("{Reason}", why.Message);
            storageLock.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Examines and decides as <see cref="OpenAsync"/> does, but without the lock and without changing anything. All existing data is hashed,
    /// whatever the resume state contains.
    /// </summary>
    /// <exception cref="StorageException">An existing file is in the way, or the operating system reported an error.</exception>
    public async Task<StoragePreview> PreviewAsync(IProgress<CheckProgress>? progress, CancellationToken cancellationToken)
    {
        DiskInventory inventory = Look();
        if (inventory.HasFolder)
            ReadState();
        ExistingData standing = await ExistingData.LookAsync(_options, inventory, _files, null, progress, cancellationToken).ConfigureAwait(false);
        FileDecision[] rulings = Rule(inventory, standing);
        return new StoragePreview(standing.Have, ExemptPieces(standing, rulings), rulings, SpaceNeed.Of(_options, inventory, _files, rulings));
    }

    private OpenedStorage Described()
    {
        var standing = ExistingData.Described(_options, _files);
        Bitfield none = new(_options.Metainfo.Layout.PieceCount), finished = Bitfield.Full(_options.Metainfo.Files.Length);
        return new OpenedStorage(
            new StorageOpenResult(standing.Have.Clone(), [], none, finished, []) { Files = _options.Metainfo.Files }, standing, Describe(), [], null);
    }

    private DiskInventory Look() => DiskInventory.Take(_options, _paths, _files.Folders);

    private ResumeState? ReadState()
    {
        if (!_paths.Directory.HasOwners)
            _options.Logger.Information("{Folder}: this disk does not store file owners, so existing data is hashed", _options.OutputDirectory);
        ResumeReading reading = _reading = ResumeFile.Read(_paths.State, _options.Metainfo, _boot);
        if (reading.Verdict is ResumeVerdict.Foreign or ResumeVerdict.Unusable)
            _warnings.Add($"{_paths.State}: {reading.Reason}; existing data is hashed");
        return _paths.Directory.HasOwners ? reading.State : null;
    }

    private FileDecision[] Rule(DiskInventory inventory, ExistingData standing)
    {
        var rules = new FileRules(_options, _paths, inventory, _files, standing.Have, _reading);
        var rulings = new FileDecision[_options.Metainfo.Files.Length];
        foreach (FileEntry file in _options.Metainfo.Files)
        {
            if (_options.Wants(file.Index))
                rulings[file.Index] = rules.RuleOn(file);
        }

        return rulings;
    }

    // In read-only mode there are no decisions to make. `Continue` keeps a file from counting as complete by its name alone.
    private FileDecision[] Describe()
    {
        var rulings = new FileDecision[_options.Metainfo.Files.Length];
        foreach (FileEntry file in _options.Metainfo.Files)
            rulings[file.Index] = FileDecision.Continue;
        return rulings;
    }

    private bool IsComplete(FileDecision[] rulings)
    {
        for (int i = 0; i < rulings.Length; i++)
        {
            if (_options.Wants(i) && rulings[i] is not (FileDecision.Keep or FileDecision.KeepByName))
                return false;
        }

        return true;
    }

    private async Task<OpenedStorage> ConcludeAsync(
        DiskInventory inventory, ExistingData standing, FileDecision[] rulings, StorageLock? storageLock, CancellationToken cancellationToken)
    {
        var placement = new FilePlacement(_options, _paths, inventory, _files, standing);
        if (!_options.ReadOnly && storageLock is not null)
        {
            placement.RequireSpace(rulings);
            foreach (FileEntry file in _options.Metainfo.Files)
            {
                if (_options.Wants(file.Index))
                    placement.Apply(file, rulings[file.Index]);
                else if (file.IsOnDisk)
                    placement.PlaceUnselected(file);
            }

            await CheckCopiesAsync(placement.Copied, standing, cancellationToken).ConfigureAwait(false);
        }

        var finished = new Bitfield(rulings.Length);
        for (int i = 0; i < rulings.Length; i++)
        {
            if (_options.Wants(i) && (rulings[i] is FileDecision.Keep or FileDecision.KeepByName || IsReadOnlyComplete(i, standing)))
                finished.Set(i);
        }

        List<OpenCandidate> candidates = [];
        foreach ((int piece, BlockBits bits) in standing.Candidates)
            candidates.Add(new OpenCandidate(_options.Metainfo.Layout.Piece(piece), bits.ToOrdinals()));
        candidates.Sort(static (a, b) => a.Piece.CompareTo(b.Piece));
        _warnings.AddRange(placement.Warnings);
        Bitfield exempt = _options.ReadOnly ? Unprovable(inventory, standing) : ExemptPieces(standing, rulings);
        var opening = new StorageOpenResult(standing.Have.Clone(), candidates, exempt, finished, _warnings) { Files = _options.Metainfo.Files };
        return new OpenedStorage(opening, standing, rulings, placement.ToFinish, storageLock);
    }

    // The owner of the source file may have changed the bytes between the check and the copy.
    private async Task CheckCopiesAsync(Bitfield copied, ExistingData standing, CancellationToken cancellationToken)
    {
        Bitfield good = await PieceCheck.RunAsync(_options.Metainfo, _files, copied, null, cancellationToken).ConfigureAwait(false);
        for (int i = copied.NextSet(0); i >= 0; i = copied.NextSet(i + 1))
        {
            if (good[i])
                continue;
            standing.Have.Clear(i);
            standing.Durable.Clear(i);
            standing.Unproven.Clear(i);
        }
    }

    private bool IsReadOnlyComplete(int file, ExistingData standing)
    {
        if (!_options.ReadOnly || _files.PlaceOf(file) != FilePlace.Final)
            return false;
        PieceRange pieces = _options.Metainfo.Layout.PiecesOf(_options.Metainfo.Files[file]);
        return pieces.CountSetIn(standing.Have) == pieces.Count;
    }

    // In read-only mode, unselected files are not downloaded, so pieces that lack only their bytes do not count against the selected files.
    private Bitfield Unprovable(DiskInventory inventory, ExistingData standing)
    {
        PieceLayout layout = _options.Metainfo.Layout;
        var unprovable = new Bitfield(layout.PieceCount);
        for (int i = standing.Have.NextClear(0); i >= 0 && _options.WantedFiles is not null; i = standing.Have.NextClear(i + 1))
        {
            if (UnprovenPieces.LacksOnlyOthers(layout.Piece(i), layout, _files, LengthOf, _options.Wants))
                unprovable.Set(i);
        }

        return unprovable;

        long LengthOf(int file) => inventory.At(_files.PlaceOf(file), file).Length;
    }

    private Bitfield ExemptPieces(ExistingData standing, FileDecision[] rulings)
    {
        PieceLayout layout = _options.Metainfo.Layout;
        var exempt = new Bitfield(layout.PieceCount);
        foreach (FileEntry file in _options.Metainfo.Files)
        {
            if (!_options.Wants(file.Index) || rulings[file.Index] != FileDecision.KeepByName)
                continue;
            foreach (PieceIndex piece in layout.PiecesOf(file))
            {
                if (!standing.Have[piece] && !IsNeeded(piece, rulings))
                    exempt.Set(piece);
            }
        }

        return exempt;
    }

    private bool IsNeeded(PieceIndex piece, FileDecision[] rulings)
    {
        foreach (FileSegment segment in _files.Map.Segments(_options.Metainfo.Layout.OffsetOf(piece), _options.Metainfo.Layout.LengthOf(piece)))
        {
            if (_options.Wants(segment.File) && rulings[segment.File] is not (FileDecision.Keep or FileDecision.KeepByName))
                return true;
        }

        return false;
    }
}
