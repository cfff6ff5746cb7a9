using System.Collections.Immutable;
using Pieces.Metadata;
using Pieces.Platform;
using Pieces.Primitives;
using Pieces.Storage.Files;

namespace Pieces.Storage.Transfer;

/// <summary>
/// Prevents the upload of bytes that no longer match their piece. A piece that an earlier run verified is hashed once before it is uploaded, and
/// every piece of a finished file is hashed again after the file has changed. Each file has a stamp (<see cref="FileStat.Stamp"/>): the state of the
/// file when its bytes were last known to be good. A file without a stamp is not known to be good. Safe for all threads; calls block.
/// </summary>
internal sealed class ServeGuard
{
    private readonly Lock _gate = new();
    private readonly PieceLayout _layout;
    private readonly ImmutableArray<FileEntry> _files;
    private readonly FileStore _store;
    private readonly PieceVerifier _verifier;
    private readonly bool _isParanoid;
    private readonly Bitfield _unproven;
    private readonly HashSet<PieceIndex> _bad = [];
    private readonly long[] _stamps;

    /// <summary>Guards the pieces of one torrent.</summary>
    /// <param name="metainfo">The torrent.</param>
    /// <param name="store">The torrent's files.</param>
    /// <param name="verifier">Hashes the pieces.</param>
    /// <param name="unproven">Pieces that were not hashed in this run; ownership passes to the guard.</param>
    /// <param name="isParanoid">Whether every piece is hashed before every read.</param>
    public ServeGuard(Metainfo metainfo, FileStore store, PieceVerifier verifier, Bitfield unproven, bool isParanoid)
    {
        _layout = metainfo.Layout;
        _files = metainfo.Files;
        _store = store;
        _verifier = verifier;
        _unproven = unproven;
        _isParanoid = isParanoid;
        _stamps = new long[metainfo.Files.Length];
    }

    /// <summary>Records the stamp (<see cref="FileStat.Stamp"/>) that a file had before its bytes were hashed.</summary>
    public void Remember(int file, long stamp)
    {
        lock (_gate)
            _stamps[file] = stamp;
    }

    /// <summary>Throws unless a piece may be uploaded.</summary>
    /// <exception cref="StorageException">The bytes on the disk no longer match the piece.</exception>
    public void Check(PieceIndex piece)
    {
        foreach (FileSegment segment in _store.Map.Segments(_layout.OffsetOf(piece), _layout.LengthOf(piece)))
            LookAt(segment.File);

        bool mustHash = _isParanoid;
        lock (_gate)
        {
            // Hashing a bad piece again for each request would let any peer keep the disk busy.
            if (_bad.Contains(piece))
                throw Changed(piece);
            mustHash |= _unproven[piece];
        }

        if (!mustHash)
            return;
        bool isGood = _verifier.IsGoodOnDisk(piece);
        lock (_gate)
        {
            _unproven.Clear(piece);
            if (!isGood)
                _bad.Add(piece);
        }

        if (!isGood)
            throw Changed(piece);
    }

    /// <summary>
    /// Whether the files of a piece are unchanged since <see cref="Check"/>, so that the bytes read in between are those that were checked.
    /// </summary>
    /// <exception cref="StorageException">The state of a file cannot be read.</exception>
    public bool IsUnchanged(PieceIndex piece)
    {
        foreach (FileSegment segment in _store.Map.Segments(_layout.OffsetOf(piece), _layout.LengthOf(piece)))
        {
            if (_store.PlaceOf(segment.File) != FilePlace.Final)
                continue;
            long now = StampOf(segment.File);
            lock (_gate)
            {
                if (_stamps[segment.File] != now)
                    return false;
            }
        }

        return true;
    }

    // The current stamp of a file. Throws a StorageException when the file's state cannot be read.
    private long StampOf(int file)
    {
        try
        {
            using HandleCache.Lease lease = _store.TakeHandle(file);
            return _store.Directory.FileSystem.Stat(lease.Handle).Stamp;
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            throw DiskErrors.Wrap(_store.PathOf(file), "read it", e);
        }
    }

    private StorageException Changed(PieceIndex piece)
    {
        string path = _store.PathOf(_store.Map.FileAt(_layout.OffsetOf(piece)));
        return new StorageException(StorageError.File, path, $"{path}: the data of piece {piece} was changed by another program; it is not uploaded");
    }

    private void LookAt(int file)
    {
        if (_store.PlaceOf(file) != FilePlace.Final)
            return;
        long now = StampOf(file);
        lock (_gate)
        {
            if (_stamps[file] == now)
                return;
            _stamps[file] = now;
            foreach (PieceIndex piece in _layout.PiecesOf(_files[file]))
            {
                _unproven.Set(piece);
                _bad.Remove(piece);
            }
        }
    }
}
