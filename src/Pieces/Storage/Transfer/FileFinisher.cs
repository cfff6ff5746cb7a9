using System.Collections.Immutable;
using Pieces.Metadata;
using Pieces.Platform;
using Pieces.Primitives;
using Pieces.Storage.Files;
using Pieces.Storage.Resume;

namespace Pieces.Storage.Transfer;

/// <summary>
/// Gives a file its final name once every piece that touches it is verified and written: it flushes the file, renames it and flushes the folder.
/// Files that become ready meanwhile are finished together as the next batch. This runs on a thread of its own, not on the disk workers.
/// </summary>
internal sealed class FileFinisher
{
    private readonly Metainfo _metainfo;
    private readonly FileStore _files;
    private readonly FileFlusher _flusher;
    private readonly StoragePaths _paths;
    private readonly bool _mayOverwrite;
    private readonly IDiskSink _sink;
    private readonly int[] _missing;
    private readonly List<int> _ready = [];
    private Task _run = Task.CompletedTask;
    private int _unfinished;

    /// <summary>Creates a finisher that expects no file yet.</summary>
    public FileFinisher(Metainfo metainfo, FileStore files, FileFlusher flusher, StoragePaths paths, IDiskSink sink, bool mayOverwrite)
    {
        _metainfo = metainfo;
        _files = files;
        _flusher = flusher;
        _paths = paths;
        _sink = sink;
        _mayOverwrite = mayOverwrite;
        _missing = new int[metainfo.Files.Length];
    }

    /// <summary>Whether every expected file has its final name. Safe for all threads.</summary>
    public bool IsDone => Volatile.Read(ref _unfinished) == 0;

    /// <summary>
    /// Called when a file has its final name, with the index and the state of the file, before the sink is notified. Set it before the first piece.
    /// </summary>
    public Action<int, FileStat>? Finished { get; set; }

    /// <summary>Called once, after the last file got its final name. Set it before the first piece.</summary>
    public Action? AllFinished { get; set; }

    /// <summary>Expects a file that still lacks pieces (at least one).</summary>
    public void Expect(int file, int missingPieces)
    {
        _missing[file] = missingPieces;
        _unfinished++;
    }

    /// <summary>Records that a piece is verified and written, and starts finishing files in the background. Safe for all threads.</summary>
    public void OnStored(PieceIndex piece)
    {
        List<int>? ready = null;
        int last = -1;
        foreach (FileSegment segment in _files.Map.Segments(_metainfo.Layout.OffsetOf(piece), _metainfo.Layout.LengthOf(piece)))
        {
            if (segment.File == last)
                continue;
            last = segment.File;
            if (Interlocked.Decrement(ref _missing[last]) == 0)
                (ready ??= []).Add(last);
        }

        if (ready is null)
            return;
        lock (_ready)
        {
            _ready.AddRange(ready);
            if (_run.IsCompleted)
                _run = OwnThread.RunAsync("finish", Run);
        }
    }

    /// <summary>Completes when no file is being finished.</summary>
    public async Task WhenIdleAsync()
    {
        while (true)
        {
            Task run;
            lock (_ready)
                run = _run;
            await run.ConfigureAwait(false);
            lock (_ready)
            {
                if (ReferenceEquals(run, _run))
                    return;
            }
        }
    }

    /// <summary>Finishes files at once, on the calling thread, and notifies the sink.</summary>
    /// <exception cref="StorageException">The operating system reported an error, or another file already has the final name.</exception>
    public void Finish(List<int> files)
    {
        if (files.Count == 0)
            return;
        var written = new FileIdentity[files.Count];
        for (int i = 0; i < written.Length; i++)
            written[i] = SetLength(files[i]);
        _flusher.Flush(files);
        var finished = new FileStat[files.Count];
        for (int i = 0; i < finished.Length; i++)
            finished[i] = Rename(files[i], written[i]);
        _flusher.FlushFolders([.. files.Select(file => _paths.Final(file).Parent).Distinct()]);
        for (int i = 0; i < finished.Length; i++)
        {
            Finished?.Invoke(files[i], finished[i]);
            _sink.OnDisk(new FileFinished(files[i], _paths.Final(files[i]).FullPath));
        }
    }

    private void Run()
    {
        try
        {
            while (TryTakeReady(out List<int> ready))
            {
                Finish(ready);
                lock (_ready)
                    _ready.RemoveRange(0, ready.Count);
                if (Interlocked.Add(ref _unfinished, -ready.Count) == 0)
                    AllFinished?.Invoke();
            }
        }
        catch (StorageException e)
        {
            _sink.OnDisk(new DiskFailed(e));
        }
    }

    // The files stay in the list until they are finished.
    private bool TryTakeReady(out List<int> ready)
    {
        lock (_ready)
        {
            ready = [.. _ready];
            if (ready.Count > 0)
                return true;

            // From here on the next ready file starts a new run, although this one has not returned yet.
            _run = Task.CompletedTask;
            return false;
        }
    }

    // Returns the identity of the file whose length was set.
    private FileIdentity SetLength(int file)
    {
        try
        {
            using HandleCache.Lease lease = _files.TakeHandle(file);
            FileStat facts = _paths.Directory.FileSystem.Stat(lease.Handle);
            if (facts.Length != _metainfo.Files[file].Length)
                RandomAccess.SetLength(lease.Handle, _metainfo.Files[file].Length);
            return facts.Identity;
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            throw DiskErrors.Wrap(_files.LocationOf(file), "set its length", e);
        }
    }

    private FileStat Rename(int file, FileIdentity written)
    {
        FileLocation part = _paths.Part(file), final = _paths.Final(file);
        try
        {
            if (!_mayOverwrite && FileFacts.Of(final).Kind != FileKind.Missing)
                throw DiskErrors.PathOccupied(final, "appeared while it was being downloaded");
            bool canTell = final.Directory.HasOwners;
            if (canTell && FileFacts.Of(part).Identity != written)
                throw PartIdentities.Replaced(part);
            part.RenameTo(final, _mayOverwrite);

            // Another user with write access to the folder can put a different file under the `.part` name just before the rename.
            FileStat facts = FileFacts.Of(final);
            if (canTell && facts.Identity != written)
            {
                final.RenameTo(part, overwrite: false);
                throw PartIdentities.Replaced(part);
            }

            _files.SetPlace(file, FilePlace.Final);
            return facts;
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            throw DiskErrors.Wrap(final, "give the file its final name", e);
        }
    }
}
