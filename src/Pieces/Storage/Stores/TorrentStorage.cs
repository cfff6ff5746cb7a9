using Pieces.Metadata;
using Pieces.Platform;
using Pieces.Primitives;
using Pieces.Storage.Files;
using Pieces.Storage.Opening;
using Pieces.Storage.Resume;
using Pieces.Storage.Transfer;

namespace Pieces.Storage.Stores;

/// <summary>Keeps the pieces of one torrent in its files, and the resume state between runs.</summary>
internal sealed class TorrentStorage : ITorrentStore
{
    private StorageOptions _options;
    private StorageLayout? _layout;
    private PieceJobs? _jobs;
    private Upkeep? _upkeep;
    private StorageLock? _lock;
    private bool _hasSpare;
    private bool _isClosed;
    private bool _hasWarned;
    private bool _hasWarnedOfFlush;

    /// <summary>Creates a storage; nothing is touched before <see cref="OpenAsync"/>.</summary>
    public TorrentStorage(StorageOptions options) => _options = options;

    /// <inheritdoc/>
    public IPieceStore Pieces => Jobs;

    private StoragePaths Paths => Layout.Paths;

    private FileStore Files => Layout.Files;

    private StorageLayout Layout => _layout ?? throw new InvalidOperationException("the storage is not open");

    private PieceJobs Jobs => _jobs ?? throw new InvalidOperationException("the storage is not open");

    /// <summary>
    /// Takes the lock, determines which pieces exist, hashes as little as the resume state allows, and prepares the storage. Files that turn out to
    /// be complete get their final names before it returns, with a <see cref="FileFinished"/> event for each.
    /// </summary>
    /// <exception cref="StorageException">
    /// An existing file is in the way, the download is locked, there is not enough space, or the operating system reported an error.
    /// </exception>
    public async Task<StorageOpenResult> OpenAsync(IProgress<CheckProgress>? progress, CancellationToken cancellationToken)
    {
        // A disk that hangs blocks only this thread and none of the thread pool.
        return await OwnThread.RunAsync("open", () => OpenHereAsync(progress, cancellationToken).GetAwaiter().GetResult()).ConfigureAwait(false);
    }

    private async Task<StorageOpenResult> OpenHereAsync(IProgress<CheckProgress>? progress, CancellationToken cancellationToken)
    {
        Guid boot = _options.Boot ?? CurrentPlatform.Facts.BootId;
        OpenedStorage opened;
        try
        {
            _layout = StorageLayout.Find(_options, mayProbe: !_options.ReadOnly);
            _options = _layout.Options;
            opened = await new StorageOpener(_layout, boot).OpenAsync(progress, cancellationToken).ConfigureAwait(false);
            _lock = opened.Lock;
            Begin(opened, boot);
        }
        catch
        {
            await DisposeAsync().ConfigureAwait(false);
            throw;
        }

        return opened.Opening;
    }

    /// <inheritdoc/>
    public Task WhenIdleAsync() => Jobs.WhenIdleAsync();

    /// <summary>
    /// Waits for all jobs, flushes, saves the resume state, and releases files and lock. The hidden folder is removed when everything wanted is
    /// complete.
    /// </summary>
    /// <exception cref="StorageException">The operating system reported an error; everything that could be released is released.</exception>
    public async Task CloseAsync()
    {
        if (_isClosed || _upkeep is not { } upkeep)
            return;
        try
        {
            await Jobs.WhenIdleAsync().ConfigureAwait(false);
            await upkeep.Finisher.WhenIdleAsync().ConfigureAwait(false);
            await upkeep.Flusher.DisposeAsync().ConfigureAwait(false);
            if (_lock is null)
                return;
            if (upkeep.Finisher.IsDone)
                await OwnThread.RunAsync("close", RemoveFolder).ConfigureAwait(false);
            else
                await OwnThread.RunAsync("close", () => Save(upkeep)).ConfigureAwait(false);
        }
        finally
        {
            await DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Releases all resources without saving, with the same effect as a crash.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isClosed)
            return;
        _isClosed = true;
        if (_upkeep is { } upkeep)
        {
            await Jobs.WhenIdleAsync().ConfigureAwait(false);
            await upkeep.Finisher.WhenIdleAsync().ConfigureAwait(false);
            await upkeep.Flusher.DisposeAsync().ConfigureAwait(false);
            upkeep.Writer.Dispose();
            upkeep.Log.Dispose();
        }

        _lock?.Dispose();
        _layout?.Dispose();
    }

    private void Begin(OpenedStorage opened, Guid boot)
    {
        Metainfo metainfo = _options.Metainfo;
        var ledger = new PieceLedger(metainfo.Layout, StartOf(opened));
        var log = new ResumeLog(Paths, new ResumeSnapshot(metainfo, ledger, boot));
        var verifier = new PieceVerifier(metainfo, Files);
        var guard = new ServeGuard(metainfo, Files, verifier, opened.Existing.Unproven, _options.Paranoid);
        var fileFlusher = new FileFlusher(Files) { Hangs = WarnOfSlowFlush };
        var flusher = new DataFlusher(fileFlusher, ledger, log);
        var finisher = new FileFinisher(metainfo, Files, fileFlusher, Paths, _options.Sink, _options.Overwrite)
        {
            Finished = Seal,
            AllFinished = Complete,
        };
        var writer = new PieceWriter(metainfo.Layout, Files, verifier, ledger, new ResumeJournal(flusher, log));
        _upkeep = new Upkeep(ledger, writer, finisher, flusher, log);
        var files = new PieceReader(metainfo.Layout, Files, ledger, guard);
        IBlockFileReader reader = new WithdrawingReader(files, _options.Sink);
        if (_options.LocalContent is { } content)
        {
            reader = new FailingReader(files, _options.Sink);
            for (int i = 0; i < content.Files.Length; i++)
                guard.Remember(i, content.Files[i].Stamp);
        }

        for (int i = 0; i < metainfo.Files.Length && _options.LocalContent is null; i++)
        {
            if (Files.PlaceOf(i) != FilePlace.Final)
                continue;
            guard.Remember(i, opened.Existing.StampOf(i));
            ledger.SetStamp(i, opened.Existing.StampOf(i));
        }

        void Seal(int file, FileStat facts)
        {
            long stamp = facts.Stamp;
            guard.Remember(file, stamp);
            ledger.SetStamp(file, stamp);
            log.Append(new ResumeRecord(ResumeFact.FileSeen, file, stamp));
        }

        _jobs = new PieceJobs(_options.Queue, new StorageContext
        {
            Writer = writer,
            Reader = reader,
            Stored = finisher.OnStored,
            Sink = _options.Sink,
            Files = _options.FileSystem,
            Folder = _options.OutputDirectory,
            CanResume = true,
        });
        if (_lock is null)
            return;

        bool isComplete = Expect(opened, finisher);
        PlaceUnselected();
        finisher.Finish([.. opened.ToFinish]);
        foreach (FileEntry file in metainfo.Files)
        {
            if (file.Length == 0 && _options.Wants(file.Index) && !opened.Opening.FinishedFiles[file.Index])
                _options.Sink.OnDisk(new FileFinished(file.Index, Paths.Final(file.Index).FullPath));
        }

        if (isComplete)
        {
            Complete();
            return;
        }

        fileFlusher.Prepare(metainfo.Files.Length);
        MarkStandingDirty(flusher);
        log.Rewrite();
        Files.PartMade = (file, identity) =>
        {
            ledger.SetIdentity(file, identity.Fingerprint);
            log.Append(new ResumeRecord(ResumeFact.FileMade, file, identity.Fingerprint));
        };
        flusher.Start(_options.TimeProvider, _options.Sink);
    }

    // A slow disk may need this long for what it has been sent, so the torrent goes on, and nothing else waits for it.
    private void WarnOfSlowFlush()
    {
        if (Interlocked.Exchange(ref _hasWarnedOfFlush, true))
            return;
        _options.Logger.Warning(
            "{Folder:l}: the disk has not finished a flush for {Seconds} s; still waiting for it (check whether it is connected and works)",
            _options.OutputDirectory, FileFlusher.HangTime.TotalSeconds);
    }

    private ResumeState StartOf(OpenedStorage opened)
    {
        long[] identities = new long[_options.Metainfo.Files.Length];
        for (int i = 0; i < identities.Length; i++)
        {
            if (Files.PlaceOf(i) is FilePlace.Part or FilePlace.Final)
                identities[i] = FileFacts.Of(Files.LocationOf(i)).Identity.Fingerprint;
        }

        return new ResumeState
        {
            Have = opened.Opening.Have.Clone(),
            Durable = opened.Existing.Durable,
            Doubtful = new Bitfield(0),
            Candidates = opened.Existing.Candidates,
            Identities = identities,
            IsSized = _options.Preallocation != Preallocation.None,
        };
    }

    /// <summary>Registers with the finisher the files that lack pieces; true when there are none.</summary>
    private bool Expect(OpenedStorage opened, FileFinisher finisher)
    {
        PieceLayout layout = _options.Metainfo.Layout;
        bool isComplete = true;
        foreach (FileEntry file in _options.Metainfo.Files)
        {
            if (!_options.Wants(file.Index) || Files.PlaceOf(file.Index) == FilePlace.Final || opened.ToFinish.Contains(file.Index))
                continue;
            PieceRange pieces = layout.PiecesOf(file);
            int missing = pieces.Count - pieces.CountSetIn(opened.Opening.Have);
            if (missing == 0)
            {
                // The spare file has all bytes of the file.
                opened.ToFinish.Add(file.Index);
                continue;
            }

            finisher.Expect(file.Index, missing);
            isComplete = false;
        }

        return isComplete;
    }

    /// <summary>Existing data may be only in the system's cache: include it in the next flush.</summary>
    private void MarkStandingDirty(DataFlusher flusher)
    {
        foreach (FileEntry file in _options.Metainfo.Files)
        {
            if (file.Length > 0 && Files.PlaceOf(file.Index) == FilePlace.Part)
                flusher.MarkDirty(file.Offset, 1);
        }
    }

    private void PlaceUnselected()
    {
        foreach (FileEntry file in _options.Metainfo.Files)
        {
            if (!file.IsOnDisk || _options.Wants(file.Index))
                continue;
            if (Files.PlaceOf(file.Index) == FilePlace.Absent)
                Files.SetPlace(file.Index, FilePlace.Spare);
            _hasSpare |= Files.PlaceOf(file.Index) == FilePlace.Spare;
        }
    }

    /// <summary>Called when everything wanted is complete. Bytes in the spare file can still be uploaded, so it is removed only at the end.</summary>
    private void Complete()
    {
        if (!_hasSpare)
            RemoveFolder();
    }

    // Everything is verified, flushed and renamed. When the folder cannot be removed, this is only a warning: the next run removes it.
    private void RemoveFolder()
    {
        _upkeep!.Log.Dispose();
        if (_hasSpare)
            Files.CloseAll();
        if (HiddenFolder.TryRemove(Paths, _lock) is { } why && !Interlocked.Exchange(ref _hasWarned, true))
            _options.Logger.Warning("{Reason} (the download is complete; the next run tries again)", why.Message);
    }

    // After a failure, the snapshot contains what was durable before and has no closing record: the next run hashes the rest.
    private void Save(Upkeep upkeep)
    {
        try
        {
            if (!upkeep.Flusher.HasFailed)
            {
                upkeep.Flusher.Flush();
                StampParts(upkeep.Ledger);
            }
        }
        finally
        {
            upkeep.Log.Rewrite();
        }

        if (upkeep.Flusher.HasFailed)
            return;
        upkeep.Log.Append(new ResumeRecord(ResumeFact.Durable, 0, upkeep.Log.Count));
        upkeep.Log.Flush();
    }

    private void StampParts(PieceLedger ledger)
    {
        for (int i = 0; i < _options.Metainfo.Files.Length; i++)
        {
            if (Files.PlaceOf(i) == FilePlace.Part)
                ledger.SetStamp(i, FileFacts.Of(Paths.Part(i)).Stamp);
        }
    }

    /// <summary>The objects that an open storage uses beside its jobs.</summary>
    private sealed record Upkeep(PieceLedger Ledger, PieceWriter Writer, FileFinisher Finisher, DataFlusher Flusher, ResumeLog Log);
}
