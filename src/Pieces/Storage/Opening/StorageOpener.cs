using Pieces.Metadata;
using Pieces.Platform;
using Pieces.Primitives;
using Pieces.Storage.Files;
using Pieces.Storage.Resume;

namespace Pieces.Storage.Opening;

/// <summary>What an opening leads to.</summary>
/// <param name="Opening">What the caller hears.</param>
/// <param name="Standing">What is here.</param>
/// <param name="Rulings">What became of each file.</param>
/// <param name="ToFinish">Files that are complete and have yet to get their final names.</param>
/// <param name="Lock">The lock, or null when none was needed.</param>
internal sealed record Opened(StorageOpening Opening, StandingData Standing, FileRuling[] Rulings, HashSet<int> ToFinish, StorageLock? Lock);

/// <summary>What an opening would find.</summary>
/// <param name="Have">Pieces that are here, each by its hash.</param>
/// <param name="Exempt">As in <see cref="StorageOpening"/>.</param>
/// <param name="Rulings">What would become of each file.</param>
/// <param name="SpaceNeeded">Bytes that the disk would have to have free.</param>
internal sealed record StoragePreview(Bitfield Have, Bitfield Exempt, FileRuling[] Rulings, long SpaceNeeded);

/// <summary>Opens the storage of one torrent: lock, look, hash what must be hashed, rule, put in place. Used once.</summary>
internal sealed class StorageOpener
{
    private readonly StorageOptions _options;
    private readonly StoragePaths _paths;
    private readonly FileStore _files;
    private readonly Guid _boot;
    private readonly List<string> _warnings;
    private ResumeReading _reading;

    /// <summary>Opens what a layout says.</summary>
    public StorageOpener(StorageLayout layout, Guid boot)
    {
        (_options, _paths, _files, _warnings) = layout;
        _boot = boot;
    }

    /// <summary>Opens. On failure the lock is given back, and the hidden folder removed if there was none before.</summary>
    /// <exception cref="StorageException">In the way, locked, not enough space, or the system refused.</exception>
    public async Task<Opened> OpenAsync(IProgress<CheckProgress>? progress, CancellationToken cancellationToken)
    {
        if (_options.Content is not null)
            return Described();
        DiskInventory inventory = Look();
        StandingData? standing = null;
        if (_options.ReadOnly || (!inventory.HasFolder && inventory.LooksComplete(_options)))
        {
            standing = await StandingData.LookAsync(_options, inventory, _files, null, progress, cancellationToken).ConfigureAwait(false);
            if (_options.ReadOnly || IsComplete(Rule(inventory, standing)))
            {
                FileRuling[] rulings = _options.ReadOnly ? Describe() : Rule(inventory, standing);
                return await ConcludeAsync(inventory, standing, rulings, null, cancellationToken).ConfigureAwait(false);
            }
        }

        _files.Folders.MakeOutputFolder();
        StorageLock storageLock = StorageLock.Take(_paths);
        try
        {
            if (!storageLock.IsKept)
                _warnings.Add($"{_paths.Lock}: this disk keeps no locks: nothing stops a second process from the same download");
            if (_options.KeepsMetadata)
                MetadataFile.Write(_paths, _options.Metainfo);

            // Whoever held the lock before may have changed what was seen without it.
            DiskInventory again = Look();
            if (standing is null || !again.Equals(inventory))
            {
                ResumeState? state = ReadState();
                standing = await StandingData.LookAsync(_options, again, _files, state, progress, cancellationToken).ConfigureAwait(false);
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

    /// <summary>Looks and rules as an opening would, without the lock, and changes nothing. The state's word counts for nothing: all is hashed.</summary>
    /// <exception cref="StorageException">In the way, or the system refused.</exception>
    public async Task<StoragePreview> PreviewAsync(IProgress<CheckProgress>? progress, CancellationToken cancellationToken)
    {
        DiskInventory inventory = Look();
        if (inventory.HasFolder)
            ReadState();
        StandingData standing = await StandingData.LookAsync(_options, inventory, _files, null, progress, cancellationToken).ConfigureAwait(false);
        FileRuling[] rulings = Rule(inventory, standing);
        return new StoragePreview(standing.Have, ExemptPieces(standing, rulings), rulings, SpaceNeed.Of(_options, inventory, _files, rulings));
    }

    private Opened Described()
    {
        var standing = StandingData.Described(_options, _files);
        Bitfield none = new(_options.Metainfo.Layout.PieceCount), finished = Bitfield.Full(_options.Metainfo.Files.Length);
        return new Opened(new StorageOpening(standing.Have.Clone(), [], none, finished, []) { Files = _options.Metainfo.Files }, standing, Describe(), [], null);
    }

    private DiskInventory Look() => DiskInventory.Take(_options, _paths, _files.Folders);

    private ResumeState? ReadState()
    {
        if (!_paths.Directory.HasOwners)
            _options.Logger.Information("{Folder}: this disk keeps no owners of files, so what is there is hashed", _options.OutputDirectory);
        ResumeReading reading = _reading = ResumeFile.Read(_paths.State, _options.Metainfo, _boot);
        if (reading.Verdict is ResumeVerdict.Foreign or ResumeVerdict.Unusable)
            _warnings.Add($"{_paths.State}: {reading.Reason}; what is there is hashed");
        return _paths.Directory.HasOwners ? reading.State : null;
    }

    private FileRuling[] Rule(DiskInventory inventory, StandingData standing)
    {
        var rules = new FileRules(_options, _paths, inventory, _files, standing.Have, _reading);
        var rulings = new FileRuling[_options.Metainfo.Files.Length];
        foreach (FileEntry file in _options.Metainfo.Files)
        {
            if (_options.Wants(file.Index))
                rulings[file.Index] = rules.RuleOn(file);
        }

        return rulings;
    }

    // Read only: nothing is ruled; a file counts as complete by its name alone in no case.
    private FileRuling[] Describe()
    {
        var rulings = new FileRuling[_options.Metainfo.Files.Length];
        foreach (FileEntry file in _options.Metainfo.Files)
            rulings[file.Index] = FileRuling.Continue;
        return rulings;
    }

    private bool IsComplete(FileRuling[] rulings)
    {
        for (int i = 0; i < rulings.Length; i++)
        {
            if (_options.Wants(i) && rulings[i] is not (FileRuling.Keep or FileRuling.KeepByName))
                return false;
        }

        return true;
    }

    private async Task<Opened> ConcludeAsync(
        DiskInventory inventory, StandingData standing, FileRuling[] rulings, StorageLock? storageLock, CancellationToken cancellationToken)
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
            if (_options.Wants(i) && (rulings[i] is FileRuling.Keep or FileRuling.KeepByName || IsReadOnlyComplete(i, standing)))
                finished.Set(i);
        }

        List<OpenCandidate> candidates = [];
        foreach ((int piece, BlockBits bits) in standing.Candidates)
            candidates.Add(new OpenCandidate(_options.Metainfo.Layout.Piece(piece), bits.ToOrdinals()));
        candidates.Sort(static (a, b) => a.Piece.CompareTo(b.Piece));
        _warnings.AddRange(placement.Warnings);
        Bitfield exempt = _options.ReadOnly ? Unprovable(inventory, standing) : ExemptPieces(standing, rulings);
        var opening = new StorageOpening(standing.Have.Clone(), candidates, exempt, finished, _warnings) { Files = _options.Metainfo.Files };
        return new Opened(opening, standing, rulings, placement.ToFinish, storageLock);
    }

    // Their owner may have changed the bytes between the look at them and the copy.
    private async Task CheckCopiesAsync(Bitfield copied, StandingData standing, CancellationToken cancellationToken)
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

    private bool IsReadOnlyComplete(int file, StandingData standing)
    {
        if (!_options.ReadOnly || _files.PlaceOf(file) != FilePlace.Final)
            return false;
        PieceRange pieces = _options.Metainfo.Layout.PiecesOf(_options.Metainfo.Files[file]);
        return pieces.CountSetIn(standing.Have) == pieces.Count;
    }

    // Read only: what is left out is not ours to fetch, and no fault of the files that were chosen.
    private Bitfield Unprovable(DiskInventory inventory, StandingData standing)
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

    private Bitfield ExemptPieces(StandingData standing, FileRuling[] rulings)
    {
        PieceLayout layout = _options.Metainfo.Layout;
        var exempt = new Bitfield(layout.PieceCount);
        foreach (FileEntry file in _options.Metainfo.Files)
        {
            if (!_options.Wants(file.Index) || rulings[file.Index] != FileRuling.KeepByName)
                continue;
            foreach (PieceIndex piece in layout.PiecesOf(file))
            {
                if (!standing.Have[piece] && !IsNeeded(piece, rulings))
                    exempt.Set(piece);
            }
        }

        return exempt;
    }

    private bool IsNeeded(PieceIndex piece, FileRuling[] rulings)
    {
        foreach (FileSegment segment in _files.Map.Segments(_options.Metainfo.Layout.OffsetOf(piece), _options.Metainfo.Layout.LengthOf(piece)))
        {
            if (_options.Wants(segment.File) && rulings[segment.File] is not (FileRuling.Keep or FileRuling.KeepByName))
                return true;
        }

        return false;
    }
}
