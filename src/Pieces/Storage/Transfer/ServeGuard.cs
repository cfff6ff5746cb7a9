using System.Collections.Immutable;
using Pieces.Metadata;
using Pieces.Platform;
using Pieces.Primitives;
using Pieces.Storage.Files;

namespace Pieces.Storage.Transfer;

/// <summary>
/// Sees to it that no bytes are served that are not the piece's any more: a piece that an earlier run vouched for is hashed once before it
/// is served, and every piece of a finished file is hashed again after something changed the file. Safe for all threads; calls block.
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
    private readonly Stamp[] _stamps;

    /// <summary>Guards the pieces of one torrent.</summary>
    /// <param name="metainfo">The torrent.</param>
    /// <param name="store">Its files.</param>
    /// <param name="verifier">Hashes its pieces.</param>
    /// <param name="unproven">Pieces that were not hashed in this run; taken over.</param>
    /// <param name="isParanoid">Whether every piece is hashed before each serving.</param>
    public ServeGuard(Metainfo metainfo, FileStore store, PieceVerifier verifier, Bitfield unproven, bool isParanoid)
    {
        _layout = metainfo.Layout;
        _files = metainfo.Files;
        _store = store;
        _verifier = verifier;
        _unproven = unproven;
        _isParanoid = isParanoid;
        _stamps = new Stamp[metainfo.Files.Length];
    }

    /// <summary>Remembers how a file looked when its bytes were known to be good.</summary>
    public void Remember(int file, FileStat facts)
    {
        lock (_gate)
            _stamps[file] = new Stamp(facts.Length, facts.Modified / 100);
    }

    /// <summary>Makes sure that a piece may be served.</summary>
    /// <exception cref="StorageException">The bytes on the disk are not the piece's any more.</exception>
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

    private StorageException Changed(PieceIndex piece)
    {
        string path = _store.PathOf(_store.Map.FileAt(_layout.OffsetOf(piece)));
        return new StorageException(StorageFault.File, path, $"{path}: the data of piece {piece} was changed by someone else; it is not served");
    }

    private void LookAt(int file)
    {
        if (_store.PlaceOf(file) != FilePlace.Final)
            return;
        Stamp now = StampOf(file);
        lock (_gate)
        {
            Stamp before = _stamps[file];
            _stamps[file] = now;
            if (before == default || before == now)
                return;
            foreach (PieceIndex piece in _layout.PiecesOf(_files[file]))
            {
                _unproven.Set(piece);
                _bad.Remove(piece);
            }
        }
    }

    private Stamp StampOf(int file)
    {
        try
        {
            using HandleCache.Lease lease = _store.TakeHandle(file);
            long modified = (File.GetLastWriteTimeUtc(lease.Handle) - DateTime.UnixEpoch).Ticks;
            return new Stamp(RandomAccess.GetLength(lease.Handle), modified);
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            throw DiskErrors.Wrap(_store.PathOf(file), "read it", e);
        }
    }

    // The time is in units of 100 ns since 1970.
    private readonly record struct Stamp(long Length, long Modified);
}
