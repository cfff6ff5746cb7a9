using System.Collections.Immutable;
using Microsoft.Win32.SafeHandles;
using Pieces.Metadata;
using Pieces.Platform;

namespace Pieces.Storage.Files;

/// <summary>
/// Reads and writes ranges of a torrent's bytes, in whichever files they are stored at the moment. Access is positional, so any number of threads can
/// work at the same time. Calls block.
/// </summary>
internal sealed class FileStore : IHandleOpener, IPieceBytes
{
    private const int SpareFile = -1;

    private readonly ImmutableArray<FileEntry> _files;
    private readonly FilePlace[] _places;
    private readonly StoragePaths _paths;
    private readonly HandleCache _handles;
    private readonly IFileSystem _system;
    private readonly FileStoreMode _mode;
    private readonly SafeFolders _folders;
    private readonly PartIdentities _identities;

    /// <summary>Creates a store in which every file is still absent.</summary>
    public FileStore(ImmutableArray<FileEntry> files, StoragePaths paths, HandleCache handles, IFileSystem system, FileStoreMode mode)
    {
        _files = files;
        _paths = paths;
        _handles = handles;
        _system = system;
        _mode = mode;
        _folders = new SafeFolders(paths.Directory);
        _identities = new PartIdentities(files.Length, paths.Directory);
        Map = new FileSpanMap(files);
        _places = new FilePlace[files.Length];
        for (int i = 0; i < _places.Length; i++)
            _places[i] = files[i].IsOnDisk ? FilePlace.Absent : FilePlace.Zeros;
    }

    /// <summary>Maps ranges of the torrent to files.</summary>
    public FileSpanMap Map { get; }

    /// <summary>The output folder.</summary>
    public DirectoryHandle Directory => _paths.Directory;

    /// <summary>Whether all unfinished files are on the file system of the output folder.</summary>
    public bool IsOnOneDevice => _identities.IsOnOneDevice;

    /// <summary>The folders of the torrent.</summary>
    public SafeFolders Folders => _folders;

    /// <summary>Called after a file was created under its <c>.part</c> name. Set it before the first write; called on worker threads.</summary>
    public Action<int, FileIdentity>? PartMade { get; set; }

    /// <summary>Where the bytes of a file are stored.</summary>
    public FilePlace PlaceOf(int file) => _places[file];

    /// <summary>Sets where the bytes of a file are stored from now on, and drops the old handle.</summary>
    public void SetPlace(int file, FilePlace place)
    {
        _places[file] = place;
        _handles.Drop(this, file);
    }

    /// <summary>The current path of a file, for messages.</summary>
    public string PathOf(int file) => LocationOf(file).FullPath;

    /// <summary>The current location of a file.</summary>
    public FileLocation LocationOf(int file) => PlaceOf(file) switch
    {
        FilePlace.Part => _paths.Part(file),
        FilePlace.Spare => _paths.Spare,
        FilePlace.Other => _paths.Other(file),
        _ => _paths.Final(file),
    };

    /// <summary>Fills buffers with the bytes from <paramref name="offset"/>; false when a file is missing or too short.</summary>
    /// <exception cref="StorageException">The operating system reported an error.</exception>
    public bool TryRead(long offset, IReadOnlyList<Memory<byte>> buffers)
    {
        int length = 0;
        for (int i = 0; i < buffers.Count; i++)
            length += buffers[i].Length;
        var cursor = new BufferCursor();
        List<Memory<byte>> views = new(buffers.Count);
        foreach (FileSegment segment in Map.Segments(offset, length))
        {
            for (int done = 0; done < segment.Length;)
            {
                int taken = cursor.TakeForReading(buffers, segment.Length - done, views);
                if (!TryReadSegment(new FileSegment(segment.File, segment.Offset + done, taken), views))
                    return false;
                done += taken;
            }
        }

        return true;
    }

    /// <summary>Fills one buffer; false when a file is missing or too short.</summary>
    /// <exception cref="StorageException">The operating system reported an error.</exception>
    public bool TryRead(long offset, Memory<byte> buffer)
    {
        foreach (FileSegment segment in Map.Segments(offset, buffer.Length))
        {
            if (!TryReadSegment(segment, buffer[..segment.Length]))
                return false;
            buffer = buffer[segment.Length..];
        }

        return true;
    }

    /// <summary>Writes buffers one after the other from <paramref name="offset"/>, with one system call for each file they belong to.</summary>
    /// <exception cref="StorageException">The operating system reported an error.</exception>
    public void Write(long offset, IReadOnlyList<ReadOnlyMemory<byte>> buffers)
    {
        int length = 0;
        for (int i = 0; i < buffers.Count; i++)
            length += buffers[i].Length;
        var cursor = new BufferCursor();
        List<ReadOnlyMemory<byte>>? views = null;
        foreach (FileSegment segment in Map.Segments(offset, length))
        {
            // The usual case: one file, one call.
            if (segment.Length == length && buffers.Count <= BufferCursor.MaxBuffersPerCall)
            {
                WriteSegment(segment, buffers);
                return;
            }

            views ??= new List<ReadOnlyMemory<byte>>(Math.Min(buffers.Count, BufferCursor.MaxBuffersPerCall));
            for (int done = 0; done < segment.Length;)
            {
                int taken = cursor.TakeForWriting(buffers, segment.Length - done, views);
                WriteSegment(new FileSegment(segment.File, segment.Offset + done, taken), views);
                done += taken;
            }
        }
    }

    /// <summary>Waits until all written data of a file is on the disk.</summary>
    /// <exception cref="StorageException">The operating system reported an error.</exception>
    public void Flush(int file)
    {
        if (PlaceOf(file) is not (FilePlace.Part or FilePlace.Spare))
            return;
        try
        {
            using HandleCache.Lease lease = _handles.Take(this, KeyOf(file));
            _system.Flush(lease.Handle);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // Either the file was renamed to its final name meanwhile, after a flush, or it is the spare file and was never written.
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            throw DiskErrors.Wrap(LocationOf(file), "flush it", e);
        }
    }

    /// <summary>
    /// Starts writing a range of an unfinished file to the disk. With <paramref name="andForget"/>, waits for the end of that write and drops the
    /// range from the system's cache.
    /// </summary>
    /// <exception cref="StorageException">The operating system reported an error.</exception>
    public void SendToDisk(FileSegment segment, bool andForget)
    {
        if (PlaceOf(segment.File) != FilePlace.Part)
            return;
        try
        {
            using HandleCache.Lease lease = _handles.Take(this, segment.File);
            if (andForget)
                _system.WriteAndForget(lease.Handle, segment.Offset, segment.Length);
            else
                _system.StartWriting(lease.Handle, segment.Offset, segment.Length);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // The file was renamed to its final name meanwhile, after a flush.
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            throw DiskErrors.WriteFailed(_paths.Final(segment.File), segment.Length, segment.Offset, e);
        }
    }

    /// <summary>Sets the identity of an unfinished file on the disk: from now on a different file under its name is not written.</summary>
    public void Expect(int file, FileIdentity identity) => _identities.Set(file, identity);

    /// <summary>
    /// Creates an unfinished file, or opens the existing one. Unless preallocation is <see cref="Preallocation.None"/>, the file gets its final
    /// length; with <see cref="Preallocation.Full"/>, disk space for a new file is allocated too. A file that is too long is always shortened.
    /// </summary>
    /// <exception cref="StorageException">The operating system reported an error, or another file has the name.</exception>
    public void MakePart(int file)
    {
        lock (_identities)
        {
            bool isThere = PlaceOf(file) == FilePlace.Part;
            _folders.MakeFoldersOf(_files[file]);
            SafeFileHandle handle = Make(file, isThere, out FileIdentity identity);
            SetPlace(file, FilePlace.Part);
            _handles.Keep(this, file, handle);
            PartMade?.Invoke(file, identity);
        }
    }

    /// <summary>Opens the file that contains a file's bytes, to read its state.</summary>
    public HandleCache.Lease TakeHandle(int file) => _handles.Take(this, KeyOf(file));

    /// <summary>Closes all files.</summary>
    public void CloseAll() => _handles.DropAll(this);

    /// <inheritdoc/>
    SafeFileHandle IHandleOpener.Open(int file)
    {
        if (file == SpareFile)
            return _paths.Spare.Open(FileOpening.WriteOrCreate with { IsPrivate = true });
        if (PlaceOf(file) == FilePlace.Other)
            return _paths.Other(file).Open(FileOpening.Read);
        if (PlaceOf(file) == FilePlace.Part)
        {
            try
            {
                return _mode.ReadOnly ? _paths.Part(file).Open(FileOpening.Read) : _identities.Open(file, _paths.Part(file));
            }
            catch (FileNotFoundException) when (PlaceOf(file) == FilePlace.Final || _paths.Final(file).Stat().IsFile)
            {
                // The file was renamed to its final name between the look-up of its place and the opening.
            }
        }

        return _paths.Final(file).Open(FileOpening.Read);
    }

    private int KeyOf(int file) => PlaceOf(file) == FilePlace.Spare ? SpareFile : file;

    // In the spare file a byte has the same offset as in the torrent, so its position does not depend on the selection.
    private long OffsetOf(FileSegment segment, FilePlace place) =>
        place == FilePlace.Spare ? _files[segment.File].Offset + segment.Offset : segment.Offset;

    private bool TryReadSegment(FileSegment segment, Memory<byte> buffer)
    {
        FilePlace place = PlaceOf(segment.File);
        switch (place)
        {
            case FilePlace.Zeros:
                buffer.Span.Clear();
                return true;
            case FilePlace.Absent:
                return false;
        }

        try
        {
            using HandleCache.Lease lease = _handles.Take(this, KeyOf(segment.File));
            long offset = OffsetOf(segment, place);
            Span<byte> left = buffer.Span;
            while (!left.IsEmpty)
            {
                int read = RandomAccess.Read(lease.Handle, left, offset);
                if (read == 0)
                    return false;
                left = left[read..];
                offset += read;
            }

            return true;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            throw DiskErrors.ReadFailed(LocationOf(segment.File), segment.Length, segment.Offset, e);
        }
    }

    private bool TryReadSegment(FileSegment segment, List<Memory<byte>> views)
    {
        FilePlace place = PlaceOf(segment.File);
        if (views.Count > 1 && place is not (FilePlace.Zeros or FilePlace.Absent))
        {
            try
            {
                using HandleCache.Lease lease = _handles.Take(this, KeyOf(segment.File));
                if (RandomAccess.Read(lease.Handle, views, OffsetOf(segment, place)) == segment.Length)
                    return true;
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                return false;
            }
            catch (Exception e) when (DiskErrors.IsDiskError(e))
            {
                throw DiskErrors.ReadFailed(LocationOf(segment.File), segment.Length, segment.Offset, e);
            }
        }

        // There is only one buffer, or the file has no bytes on the disk, or the scattered read returned too few bytes: read each buffer separately.
        long offset = segment.Offset;
        foreach (Memory<byte> view in views)
        {
            if (!TryReadSegment(new FileSegment(segment.File, offset, view.Length), view))
                return false;
            offset += view.Length;
        }

        return true;
    }

    private void WriteSegment(FileSegment segment, IReadOnlyList<ReadOnlyMemory<byte>> views)
    {
        FilePlace place = PlaceOf(segment.File);
        if (place == FilePlace.Zeros || (place == FilePlace.Final && HoldsAlready(segment, views)))
            return;
        if (place == FilePlace.Absent)
        {
            MakeFirstPart(segment.File);
            place = FilePlace.Part;
        }

        try
        {
            if (place == FilePlace.Final)
                throw new IOException("the file has its final name, but different content");
            using HandleCache.Lease lease = _handles.Take(this, KeyOf(segment.File));
            _system.Write(lease.Handle, views, OffsetOf(segment, place));
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            throw DiskErrors.WriteFailed(_paths.Final(segment.File), segment.Length, segment.Offset, e);
        }
    }

    // When several workers write the first bytes of a file, only one creates it.
    private void MakeFirstPart(int file)
    {
        lock (_identities)
        {
            if (PlaceOf(file) == FilePlace.Absent)
                MakePart(file);
        }
    }

    private SafeFileHandle Make(int file, bool isThere, out FileIdentity identity)
    {
        FileLocation part = _paths.Part(file);
        long length = _files[file].Length;
        SafeFileHandle? handle = null;
        try
        {
            long room = !isThere && _mode.Preallocation == Preallocation.Full ? length : 0;
            handle = part.Open(isThere ? FileOpening.Write : FileOpening.New(room));
            identity = _system.Stat(handle).Identity;
            _identities.Set(file, identity);
            if (_mode.Preallocation != Preallocation.None || RandomAccess.GetLength(handle) > length)
                RandomAccess.SetLength(handle, length);
            return handle;
        }
        catch (Exception e)
        {
            handle?.Dispose();
            if (e is IOException taken && !isThere && SystemErrors.IsTaken(taken))
                throw DiskErrors.PathOccupied(part, "appeared while the file was being downloaded, and does not belong to this download");
            if (DiskErrors.IsDiskError(e))
                throw DiskErrors.Wrap(part, $"create a file of {length} bytes", e);
            throw;
        }
    }

    // A finished file may share a piece with a file that is still downloaded. The finished file then contains these bytes already.
    private bool HoldsAlready(FileSegment segment, IReadOnlyList<ReadOnlyMemory<byte>> views)
    {
        byte[] there = new byte[segment.Length];
        if (!TryReadSegment(segment, there))
            return false;
        ReadOnlySpan<byte> left = there;
        foreach (ReadOnlyMemory<byte> view in views)
        {
            if (!left[..view.Length].SequenceEqual(view.Span))
                return false;
            left = left[view.Length..];
        }

        return true;
    }
}
