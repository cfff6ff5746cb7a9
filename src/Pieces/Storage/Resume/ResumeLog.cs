using System.Buffers;
using Microsoft.Win32.SafeHandles;
using Pieces.Platform;
using Pieces.Storage.Files;

namespace Pieces.Storage.Resume;

/// <summary>
/// Writes the resume state. A record is appended as soon as no other thread is appending. Records that arrive meanwhile are written together with one
/// system call, so that 100,000 small pieces per second cost little. Safe for all threads; calls block.
/// </summary>
internal sealed class ResumeLog : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Lock _writer = new();
    private readonly StoragePaths _paths;
    private readonly ResumeSnapshot _snapshot;
    private ArrayBufferWriter<byte> _pending = new();
    private ArrayBufferWriter<byte> _taken = new();
    private SafeFileHandle? _file;
    private long _length;
    private long _count;
    private bool _isClosed;

    /// <summary>Creates a log that writes nothing before <see cref="Rewrite"/>.</summary>
    public ResumeLog(StoragePaths paths, ResumeSnapshot snapshot)
    {
        _paths = paths;
        _snapshot = snapshot;
    }

    /// <summary>Number of records so far, including those about to be written.</summary>
    public long Count
    {
        get
        {
            lock (_gate)
                return _count;
        }
    }

    /// <summary>Whether the log of records has become so long that a rewrite is worthwhile.</summary>
    public bool IsLong => Count * ResumeFile.RecordLength > Math.Max(ResumeFile.MinRewriteLength, 4L * _snapshot.Length);

    /// <summary>Keeps a record until the next <see cref="Append"/>.</summary>
    public void Hold(ResumeRecord record)
    {
        lock (_gate)
        {
            ResumeFile.WriteRecord(_pending.GetSpan(ResumeFile.RecordLength), record);
            _pending.Advance(ResumeFile.RecordLength);
            _count++;
        }
    }

    /// <summary>Appends a record, now or together with the records of the thread that is appending.</summary>
    /// <exception cref="StorageException">The operating system reported an error.</exception>
    public void Append(ResumeRecord record)
    {
        Hold(record);
        while (HasPending() && _writer.TryEnter())
        {
            try
            {
                Drain();
            }
            finally
            {
                _writer.Exit();
            }
        }
    }

    /// <summary>Waits until all records are on the disk.</summary>
    /// <exception cref="StorageException">The operating system reported an error.</exception>
    public void Flush()
    {
        SafeFileHandle? file;
        lock (_writer)
        {
            Drain();
            file = _file;
        }

        try
        {
            // The flush holds no lock, so that other threads can append meanwhile: records that waited in memory would be lost in a crash.
            if (file is not null)
                _paths.Directory.FileSystem.Flush(file);
        }
        catch (ObjectDisposedException) when (file!.IsClosed)
        {
            // The file was replaced by a snapshot, which was flushed, or is no longer needed.
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            throw DiskErrors.Wrap(_paths.State, "flush it", e);
        }
    }

    /// <summary>Replaces the state by a snapshot of the ledger: writes and flushes a temporary file, renames it and flushes the folder.</summary>
    /// <exception cref="StorageException">The operating system reported an error.</exception>
    public void Rewrite()
    {
        lock (_writer)
        {
            if (_isClosed)
                return;
            try
            {
                DrainWhileItWorks();
                byte[] bytes = _snapshot.Compose(out int records);
                SafeFileHandle file = Replace(bytes);
                _file?.Dispose();
                _file = file;
                _length = bytes.Length;

                // The records that wait to be written are dropped: a fact is in the ledger before it becomes a record, so the snapshot contains it.
                _taken.ResetWrittenCount();
                lock (_gate)
                    _count = records + (_pending.WrittenCount / ResumeFile.RecordLength);
            }
            catch (Exception e) when (DiskErrors.IsDiskError(e))
            {
                throw DiskErrors.Wrap(_paths.State, "write it", e);
            }
        }
    }

    /// <summary>Closes the file; later records are dropped.</summary>
    public void Dispose()
    {
        lock (_writer)
        {
            _isClosed = true;
            _file?.Dispose();
            _file = null;
        }
    }

    private bool HasPending()
    {
        lock (_gate)
            return _pending.WrittenCount > 0;
    }

    /// <summary>Writes the pending records. Call with the writer's lock held.</summary>
    private void Drain()
    {
        while (true)
        {
            // Records whose write failed are written first, to the same position: a reader stops at a gap.
            if (_taken.WrittenCount == 0)
            {
                lock (_gate)
                {
                    if (_pending.WrittenCount == 0)
                        return;
                    (_pending, _taken) = (_taken, _pending);
                }
            }

            try
            {
                if (_file is not null)
                    _paths.Directory.FileSystem.Write(_file, [_taken.WrittenMemory], _length);
            }
            catch (Exception e) when (DiskErrors.IsDiskError(e))
            {
                throw DiskErrors.WriteFailed(_paths.State, _taken.WrittenCount, _length, e);
            }

            _length += _taken.WrittenCount;
            _taken.ResetWrittenCount();
        }
    }

    private void DrainWhileItWorks()
    {
        try
        {
            Drain();
        }
        catch (StorageException) when (_file is not null)
        {
            // The file that could not be written is about to be replaced.
        }
    }

    private SafeFileHandle Replace(byte[] bytes)
    {
        FileLocation temporary = _paths.State.Temporary();
        SafeFileHandle file = temporary.Open(FileOpening.New() with { IsPrivate = true });
        try
        {
            _paths.Directory.FileSystem.Write(file, [bytes], 0);
            _paths.Directory.FileSystem.Flush(file);
            temporary.RenameTo(_paths.State, overwrite: true);
            _paths.Folder.FlushDirectory();
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
