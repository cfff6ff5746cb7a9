using Pieces.Metadata;
using Pieces.Primitives;
using Pieces.Storage.Files;
using Pieces.Storage.Resume;

namespace Pieces.Storage.Opening;

/// <summary>Finds out which pieces of a torrent are on the disk, in whichever files. Changes nothing on the disk.</summary>
internal sealed class ExistingData
{
    private readonly StorageOptions _options;
    private readonly DiskInventory _inventory;
    private readonly FileStore _files;
    private readonly IProgress<CheckProgress>? _progress;
    private readonly CancellationToken _cancellationToken;

    private ExistingData(
        StorageOptions options, DiskInventory inventory, FileStore files, IProgress<CheckProgress>? progress, CancellationToken cancellationToken)
    {
        _options = options;
        _inventory = inventory;
        _files = files;
        _progress = progress;
        _cancellationToken = cancellationToken;
    }

    /// <summary>Pieces we have, by hash or according to the resume state.</summary>
    public Bitfield Have { get; private set; } = new(0);

    /// <summary>Pieces of <see cref="Have"/> that were not hashed in this run.</summary>
    public Bitfield Unproven { get; private set; } = new(0);

    /// <summary>Pieces of <see cref="Have"/> that the resume state records as durable.</summary>
    public Bitfield Durable { get; private set; } = new(0);

    /// <summary>Candidate blocks of other pieces.</summary>
    public Dictionary<int, BlockBits> Candidates { get; private set; } = [];

    /// <summary>The stamp that a file had under its final name before anything was hashed; 0 when it did not exist.</summary>
    public long StampOf(int file) => _inventory.Final(file).Stamp;

    /// <summary>
    /// Examines the disk. Afterwards <paramref name="files"/> has the place of every file; when there are two candidates for one file, the better one
    /// is used.
    /// </summary>
    /// <exception cref="StorageException">A file exists and cannot be read.</exception>
    public static async Task<ExistingData> LookAsync(
        StorageOptions options,
        DiskInventory inventory,
        FileStore files,
        ResumeState? state,
        IProgress<CheckProgress>? progress,
        CancellationToken cancellationToken)
    {
        var standing = new ExistingData(options, inventory, files, progress, cancellationToken);
        await standing.RunAsync(state).ConfigureAwait(false);
        return standing;
    }

    /// <summary>
    /// The data of content that was just hashed (<see cref="LocalContent"/>): all pieces exist. Afterwards <paramref name="files"/> has the place of
    /// every file.
    /// </summary>
    public static ExistingData Described(StorageOptions options, FileStore files)
    {
        int pieces = options.Metainfo.Layout.PieceCount;
        foreach (FileEntry file in options.Metainfo.Files)
            files.SetPlace(file.Index, FilePlace.Final);
        return new ExistingData(options, DiskInventory.Empty(options.Metainfo.Files.Length), files, null, CancellationToken.None)
        {
            Have = Bitfield.Full(pieces),
            Unproven = new Bitfield(pieces),
            Durable = Bitfield.Full(pieces),
        };
    }

    private async Task RunAsync(ResumeState? state)
    {
        foreach (FileEntry file in _options.Metainfo.Files)
        {
            if (!file.IsOnDisk)
                continue;
            _files.SetPlace(file.Index, FirstGuess(file));
            if (_inventory.Part(file.Index).IsFile)
                _files.Expect(file.Index, _inventory.Part(file.Index).Identity);
        }

        ResumeTrust trust = ResumeTrust.Weigh(_options, _inventory, _files, state);
        Bitfield? chosen = _options is { ReadOnly: true, WantedFiles: { } files } ? SelectedFiles.PiecesOf(_options.Metainfo, [.. files]) : null;
        if (chosen is not null)
            Keep(trust.ToHash, chosen);
        if (state is { IsClosed: false })
            AddUntold(trust);
        if (state is not { IsClosed: true } && !_options.ReadOnly)
            ForgetCached();
        Bitfield valid = await CheckAsync(trust.ToHash).ConfigureAwait(false);
        Unproven = trust.Trusted;
        Have = trust.Trusted.Clone();
        Add(Have, valid);
        Candidates = trust.Candidates;
        foreach (FileEntry file in _options.Metainfo.Files)
        {
            if (!file.IsOnDisk || file.Length == 0)
                continue;
            if (_inventory.Part(file.Index).IsFile && _inventory.Final(file.Index).IsFile)
                await CompareAsync(file).ConfigureAwait(false);
            else if (_inventory.HasSpare && !_options.Wants(file.Index) && _files.PlaceOf(file.Index) == FilePlace.Final)
                await TrySpareAsync(file).ConfigureAwait(false);
        }

        if (chosen is not null)
            Keep(Have, chosen);
        Durable = new Bitfield(Have.Length);
        if (state is not null)
        {
            Add(Durable, state.Durable);
            for (int i = Durable.NextSet(0); i >= 0; i = Durable.NextSet(i + 1))
            {
                if (!Unproven[i])
                    Durable.Clear(i);
            }
        }

        foreach (int piece in new List<int>(Candidates.Keys))
        {
            if (Have[piece])
                Candidates.Remove(piece);
        }
    }

    private void AddUntold(ResumeTrust trust)
    {
        foreach (FileEntry file in _options.Metainfo.Files)
        {
            if (file.IsOnDisk && _files.PlaceOf(file.Index) == FilePlace.Part)
                UnrecordedData.Find(_files.LocationOf(file.Index), file, _options.Metainfo.Layout, trust.Trusted, trust.ToHash);
        }
    }

    // After a failed write-back, the system's cache may still contain bytes that never reached the disk, marked as written.
    private void ForgetCached()
    {
        foreach (FileEntry file in _options.Metainfo.Files)
        {
            if (_files.PlaceOf(file.Index) != FilePlace.Part)
                continue;
            try
            {
                using HandleCache.Lease lease = _files.TakeHandle(file.Index);
                _options.FileSystem.ForgetCached(lease.Handle);
            }
            catch (Exception e) when (DiskErrors.IsDiskError(e))
            {
                throw DiskErrors.Wrap(_files.LocationOf(file.Index), "open it", e);
            }
        }
    }

    private FilePlace FirstGuess(FileEntry file)
    {
        if (file.Length == 0)
            return _inventory.Final(file.Index).IsFile ? FilePlace.Final : FilePlace.Absent;
        if (_inventory.Part(file.Index).IsFile)
            return FilePlace.Part;
        if (_inventory.Final(file.Index).IsFile)
            return FilePlace.Final;
        if (_inventory.Other(file.Index).IsFile)
            return FilePlace.Other;
        // A file that was not selected before may have its first and last piece in the spare file.
        return !_options.ReadOnly && (_inventory.HasSpare || !_options.Wants(file.Index)) ? FilePlace.Spare : FilePlace.Absent;
    }

    private Task<Bitfield> CheckAsync(Bitfield pieces) => PieceCheck.RunAsync(_options.Metainfo, _files, pieces, _progress, _cancellationToken);

    /// <summary>The file exists under its final name and under its <c>.part</c> name: the one with more good pieces is used.</summary>
    private async Task CompareAsync(FileEntry file)
    {
        Bitfield touching = Touching(file);
        _files.SetPlace(file.Index, FilePlace.Final);
        Bitfield valid = await CheckAsync(touching).ConfigureAwait(false);
        if (valid.Count <= Have.CountCommon(touching))
        {
            _files.SetPlace(file.Index, FilePlace.Part);
            return;
        }

        Remove(Have, touching);
        Remove(Unproven, touching);
        Add(Have, valid);
        for (int i = touching.NextSet(0); i >= 0; i = touching.NextSet(i + 1))
            Candidates.Remove(i);
    }

    /// <summary>
    /// An unselected file exists under its final name, but earlier runs may have stored its first and last piece in the spare file.
    /// </summary>
    private async Task TrySpareAsync(FileEntry file)
    {
        Bitfield ends = Touching(file, endsOnly: true);
        Remove(ends, Have);
        _files.SetPlace(file.Index, FilePlace.Spare);
        Bitfield valid = await CheckAsync(ends).ConfigureAwait(false);
        if (valid.Count == 0)
        {
            _files.SetPlace(file.Index, FilePlace.Final);
            return;
        }

        // The rest of the file is not in the spare file, so this run treats it as missing.
        Remove(Have, Touching(file));
        Remove(Unproven, Touching(file));
        Add(Have, valid);
        Bitfield others = Touching(file, endsOnly: true);
        Remove(others, valid);
        Add(Have, await CheckAsync(others).ConfigureAwait(false));
    }

    private Bitfield Touching(FileEntry file, bool endsOnly = false)
    {
        PieceLayout layout = _options.Metainfo.Layout;
        var pieces = new Bitfield(layout.PieceCount);
        PieceRange all = layout.PiecesOf(file);
        foreach (PieceIndex piece in all)
        {
            if (!endsOnly || piece == all.First || piece == all.Last)
                pieces.Set(piece);
        }

        return pieces;
    }

    private static void Add(Bitfield to, Bitfield what)
    {
        for (int i = what.NextSet(0); i >= 0; i = what.NextSet(i + 1))
            to.Set(i);
    }

    private static void Remove(Bitfield from, Bitfield what)
    {
        for (int i = what.NextSet(0); i >= 0; i = what.NextSet(i + 1))
            from.Clear(i);
    }

    private static void Keep(Bitfield from, Bitfield what)
    {
        for (int i = from.NextSet(0); i >= 0; i = from.NextSet(i + 1))
        {
            if (!what[i])
                from.Clear(i);
        }
    }
}
