using Pieces.Metadata;
using Pieces.Platform;
using Pieces.Primitives;
using Pieces.Storage.Files;
using Pieces.Storage.Resume;

namespace Pieces.Storage.Opening;

/// <summary>Decides what of a state may be believed, and what must be hashed, from how the files look. Pure.</summary>
internal sealed class ResumeTrust
{
    // A write that the end of the process kept from being recorded may be this much later than the state; its file's candidates still count,
    // since their piece is hashed before it counts.
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

    private enum Standing
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

    /// <summary>Blocks that are on the disk, by piece.</summary>
    public Dictionary<int, BlockBits> Candidates { get; }

    /// <summary>Decides.</summary>
    /// <param name="options">The torrent and what is wanted of it.</param>
    /// <param name="inventory">How the files look.</param>
    /// <param name="files">Knows where each file is read from.</param>
    /// <param name="state">The state, or null when there is none of use: then everything that is there is hashed.</param>
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
        Standing standing = Weigh(file);
        FilePlace place = _files.PlaceOf(file.Index);
        bool isShared = !_options.Wants(file.Index) || place == FilePlace.Spare;
        if (standing == Standing.Unchanged && !isShared)
            return;
        if (place == FilePlace.Spare)
        {
            // Only its ends can be there, and where they are depends on earlier selections: they are few, hash them.
            foreach (PieceIndex piece in pieces.Ends)
                Doubt(piece);
            foreach (PieceIndex piece in pieces.Inner)
                Trusted.Clear(piece);
            return;
        }

        foreach (PieceIndex piece in pieces)
        {
            bool isKnown = Trusted[piece] || Candidates.ContainsKey(piece.Value);
            bool mustHash = standing == Standing.Changed || (isKnown && standing != Standing.Gone);
            if (mustHash)
                ToHash.Set(piece);
            if (mustHash || standing == Standing.Gone)
                Trusted.Clear(piece);
            if (standing is Standing.Changed or Standing.Gone)
                Candidates.Remove(piece.Value);
        }
    }

    private void Doubt(PieceIndex piece)
    {
        ToHash.Set(piece);
        Trusted.Clear(piece);
    }

    private Standing Weigh(FileEntry file)
    {
        FilePlace place = _files.PlaceOf(file.Index);
        if (place is FilePlace.Absent or FilePlace.Spare)
            return place == FilePlace.Absent ? Standing.Gone : Standing.Unchanged;
        FileStat facts = _inventory.At(place, file.Index);

        // Others may have changed what is theirs, or what everybody may write to, and given it the time that it had.
        if (place == FilePlace.Other || facts.Trust is FileTrust.Exposed or FileTrust.Foreign)
            return Standing.Changed;
        if (_state is null || facts.Identity == default || _state.Identities[file.Index] != facts.Identity.Fingerprint)
            return Standing.Changed;
        long stamp = _state.Stamps[file.Index];
        bool isStamped = stamp != 0 && (place == FilePlace.Final || _state.IsClosed);
        if (isStamped && facts.Stamp != stamp)
            return Standing.Changed;

        // A file may only be short when it grows with its pieces, and then no piece that counts can lie behind its end.
        bool mayBeShort = place == FilePlace.Part && !_state.IsSized && !HasPieceBeyond(file, facts.Length);
        if (facts.Length > file.Length || (facts.Length < file.Length && !mayBeShort))
            return Standing.Changed;
        if (isStamped)
            return Standing.Unchanged;

        // The run ended while it wrote: only when the last change was can tell whether it was its own.
        long last = Math.Max(facts.Modified, facts.Changed);
        return last > _state.Modified + LateWrite ? Standing.Changed : last > _state.Modified ? Standing.WrittenLate : Standing.Unchanged;
    }

    private bool HasPieceBeyond(FileEntry file, long length) =>
        _options.Metainfo.Layout.PiecesOf(file, length, file.Length).CountSetIn(Trusted) > 0;
}
