using Pieces.Metadata;
using Pieces.Platform;
using Pieces.Primitives;
using Pieces.Storage.Files;
using Pieces.Storage.Resume;

namespace Pieces.Storage.Opening;

/// <summary>Decides from the state of the files which pieces of a resume state can be trusted and which must be hashed. Pure.</summary>
internal sealed class ResumeTrust
{
    // Maximum time, in nanoseconds, by which the last write may be later than the resume state, when the process ended before it could record the
    // write. Candidate blocks of such a file still count, because their piece is hashed before it counts.
    private const long LateWrite = 2_000_000_000;

    private readonly StorageOptions _options;
    private readonly DiskInventory _inventory;
    private readonly FileStore _files;
    private readonly ResumeState? _state;

    private ResumeTrust(StorageOptions options, DiskInventory inventory, FileStore files, ResumeState? state)
    {
        _options = options;
        _inventory = inventory;
        _files = files;
        _state = state;
        int pieces = options.Metainfo.Layout.PieceCount;
        Trusted = state?.Have.Clone() ?? new Bitfield(pieces);
        ToHash = state?.Doubtful.Clone() ?? new Bitfield(pieces);
        Candidates = state?.Candidates ?? [];
    }

    private enum FileCondition
    {
        Gone,
        Unchanged,
        WrittenLate,
        Changed,
    }

    /// <summary>Pieces that count without being hashed.</summary>
    public Bitfield Trusted { get; }

    /// <summary>Pieces that must be hashed.</summary>
    public Bitfield ToHash { get; }

    /// <summary>Candidate blocks on the disk, by piece.</summary>
    public Dictionary<int, BlockBits> Candidates { get; }

    /// <summary>Decides on all pieces.</summary>
    /// <param name="options">The torrent and the wanted files.</param>
    /// <param name="inventory">The state of the files.</param>
    /// <param name="files">Knows where each file is read from.</param>
    /// <param name="state">The resume state; null when there is no usable one: then all existing data is hashed.</param>
    public static ResumeTrust Weigh(StorageOptions options, DiskInventory inventory, FileStore files, ResumeState? state)
    {
        var trust = new ResumeTrust(options, inventory, files, state);
        foreach (FileEntry file in options.Metainfo.Files)
        {
            if (file.IsOnDisk && file.Length > 0)
                trust.WeighFile(file);
        }

        return trust;
    }

    private void WeighFile(FileEntry file)
    {
        PieceRange pieces = _options.Metainfo.Layout.PiecesOf(file);
        FileCondition standing = Weigh(file);
        FilePlace place = _files.PlaceOf(file.Index);
        bool isShared = !_options.Wants(file.Index) || place == FilePlace.Spare;
        if (standing == FileCondition.Unchanged && !isShared)
            return;
        if (place == FilePlace.Spare)
        {
            // The spare file can contain only the first and the last piece of this file. Which of them it contains depends on the files that were
            // selected in earlier runs. Two pieces cost little, so both are hashed.
            foreach (PieceIndex piece in pieces.Ends)
                Doubt(piece);
            foreach (PieceIndex piece in pieces.Inner)
                Trusted.Clear(piece);
            return;
        }

        foreach (PieceIndex piece in pieces)
        {
            bool isKnown = Trusted[piece] || Candidates.ContainsKey(piece.Value);
            bool mustHash = standing == FileCondition.Changed || (isKnown && standing != FileCondition.Gone);
            if (mustHash)
                ToHash.Set(piece);
            if (mustHash || standing == FileCondition.Gone)
                Trusted.Clear(piece);
            if (standing is FileCondition.Changed or FileCondition.Gone)
                Candidates.Remove(piece.Value);
        }
    }

    private void Doubt(PieceIndex piece)
    {
        ToHash.Set(piece);
        Trusted.Clear(piece);
    }

    private FileCondition Weigh(FileEntry file)
    {
        FilePlace place = _files.PlaceOf(file.Index);
        if (place is FilePlace.Absent or FilePlace.Spare)
            return place == FilePlace.Absent ? FileCondition.Gone : FileCondition.Unchanged;
        FileStat facts = _inventory.At(place, file.Index);

        // Another user may have changed a file that they own or that is world-writable, and restored its modification time.
        if (place == FilePlace.Other || facts.Trust is FileTrust.Exposed or FileTrust.Foreign)
            return FileCondition.Changed;
        if (_state is null || facts.Identity == default || _state.Identities[file.Index] != facts.Identity.Fingerprint)
            return FileCondition.Changed;
        long stamp = _state.Stamps[file.Index];
        bool isStamped = stamp != 0 && (place == FilePlace.Final || _state.IsClosed);
        if (isStamped && facts.Stamp != stamp)
            return FileCondition.Changed;

        // A file may be shorter than its final length only if it grows as it is written. Then no trusted piece can lie beyond its end.
        bool mayBeShort = place == FilePlace.Part && !_state.IsSized && !HasPieceBeyond(file, facts.Length);
        if (facts.Length > file.Length || (facts.Length < file.Length && !mayBeShort))
            return FileCondition.Changed;
        if (isStamped)
            return FileCondition.Unchanged;

        // The file has no valid stamp: the earlier run ended while it was writing. Only the time of the file's last change shows whether that run
        // made the change.
        long last = Math.Max(facts.Modified, facts.Changed);
        return last > _state.Modified + LateWrite ? FileCondition.Changed
            : last > _state.Modified ? FileCondition.WrittenLate
            : FileCondition.Unchanged;
    }

    private bool HasPieceBeyond(FileEntry file, long length) =>
        _options.Metainfo.Layout.PiecesOf(file, length, file.Length).CountSetIn(Trusted) > 0;
}
