using Pieces.Metadata;
using Pieces.Platform;
using Pieces.Primitives;
using Pieces.Storage.Files;
using Pieces.Storage.Resume;

namespace Pieces.Storage.Opening;

/// <summary>The decision on a wanted file, made before the transfer begins.</summary>
internal enum FileDecision
{
    /// <summary>The file does not exist.</summary>
    Fresh,

    /// <summary>The file is complete under its final name.</summary>
    Keep,

    /// <summary>
    /// The file has its final name and length. The only reason why its remaining pieces cannot be verified is that bytes of unselected files are
    /// missing. The name counts as proof that the file is complete.
    /// </summary>
    KeepByName,

    /// <summary>The file has its final name and is incomplete: it becomes the <c>.part</c> file.</summary>
    Adopt,

    /// <summary>
    /// The file may be read but not written, because it belongs to another user or contains more than this torrent's data. Its good pieces are
    /// copied.
    /// </summary>
    Copy,

    /// <summary>The download continues in the <c>.part</c> file.</summary>
    Continue,

    /// <summary>The <c>.part</c> file is complete and gets its final name.</summary>
    Finish,

    /// <summary>The existing file does not belong to this download and is discarded.</summary>
    Discard,
}

/// <summary>Decides what to do with existing files of a torrent, one file at a time. Changes nothing.</summary>
internal sealed class FileRules
{
    // Maximum time, in nanoseconds, between the last change of the resume state and the creation of a `.part` file whose record a power cut lost. A
    // file that another program creates later is not ours.
    private const long UnrecordedTime = 60_000_000_000;

    private readonly StorageOptions _options;
    private readonly StoragePaths _paths;
    private readonly DiskInventory _inventory;
    private readonly FileStore _files;
    private readonly Bitfield _have;
    private readonly ResumeReading _reading;

    /// <summary>Creates the rules for the files of one torrent.</summary>
    /// <param name="options">The torrent and the wanted files.</param>
    /// <param name="paths">Paths for messages.</param>
    /// <param name="inventory">The existing files.</param>
    /// <param name="files">Knows which of two candidates is read.</param>
    /// <param name="have">Pieces that are good in the files that are read.</param>
    /// <param name="reading">The resume state, if there is a valid one.</param>
    public FileRules(StorageOptions options, StoragePaths paths, DiskInventory inventory, FileStore files, Bitfield have, ResumeReading reading)
    {
        _options = options;
        _paths = paths;
        _inventory = inventory;
        _files = files;
        _have = have;
        _reading = reading;
    }

    /// <summary>Decides on one wanted file.</summary>
    /// <exception cref="StorageException">An existing file is in the way and must not be discarded.</exception>
    public FileDecision RuleOn(FileEntry file)
    {
        if (file.Length == 0)
            return RuleOnEmpty(file);
        FileStat final = _inventory.Final(file.Index), part = _inventory.Part(file.Index);
        FilePlace place = _files.PlaceOf(file.Index);
        if (!final.IsFile && !part.IsFile && place != FilePlace.Other)
            return FileDecision.Fresh;
        Tally tally = Count(file);
        return place switch
        {
            FilePlace.Other => tally.Good > 0 ? FileDecision.Copy : FileDecision.Fresh,
            FilePlace.Part => RuleOnPart(file, tally),
            _ => RuleOnFinal(file, final, tally),
        };
    }

    private FileDecision RuleOnFinal(FileEntry file, FileStat final, Tally tally)
    {
        bool hasLength = final.Length == file.Length, isForeign = final.Trust == FileTrust.Foreign;
        if (hasLength && tally.Good == tally.Touching)
            return FileDecision.Keep;
        // The final name is proof only when no other user can have created the file.
        if (hasLength && tally.RestIsUnselected)
            return isForeign ? FileDecision.Copy : FileDecision.KeepByName;
        // A small file may share its only piece with a missing neighbour, so that it cannot be verified. If its length is right and other pieces of
        // the torrent exist, it belongs to the torrent too.
        bool isOurs = tally.Good > 0 || (hasLength && _have.Count > 0 && (tally.RestIsElsewhere || BlankFile.Is(_paths.Final(file.Index))));
        if (!isOurs)
            return Discard(_paths.Final(file.Index));
        bool mustStay = final.Length > file.Length || WasComplete(file, final);
        return isForeign || (mustStay && !_options.Overwrite) ? FileDecision.Copy : FileDecision.Adopt;
    }

    /// <summary>
    /// Whether the file was complete under its final name, according to the resume state. It has been changed since then, and the user may want to
    /// keep the change.
    /// </summary>
    private bool WasComplete(FileEntry file, FileStat final) =>
        _reading.State is { } state && IsNamed(state, file, final) && _options.Metainfo.Layout.PiecesOf(file) is var pieces
        && pieces.CountSetIn(state.Have) == pieces.Count;

    private FileDecision RuleOnEmpty(FileEntry file)
    {
        FileStat final = _inventory.Final(file.Index);
        if (!final.IsFile)
            return FileDecision.Fresh;
        return final.Length == 0 ? FileDecision.Keep : Discard(_paths.Final(file.Index));
    }

    private FileDecision RuleOnPart(FileEntry file, Tally tally)
    {
        if (tally.Good == tally.Touching)
            return FileDecision.Finish;
        if (tally.Good == 0 && _inventory.Final(file.Index).IsFile)
            _ = Discard(_paths.Final(file.Index));
        return tally.Good > 0 || IsProven(file, tally) ? FileDecision.Continue : Discard(_paths.Part(file.Index));
    }

    /// <summary>
    /// Whether a <c>.part</c> file without a good piece belongs to this download. The name alone does not prove it: other programs use the suffix
    /// too.
    /// </summary>
    private bool IsProven(FileEntry file, Tally tally)
    {
        FileStat part = _inventory.Part(file.Index);
        if (_reading.State is { } state && (IsNamed(state, file, part) || WasMadeUnrecorded(state, file, part)))
            return true;
        bool isNeighbour = part.Length == file.Length && tally.RestIsElsewhere && _have.Count > 0;
        return isNeighbour || BlankFile.Is(_paths.Part(file.Index));
    }

    // A run that ended suddenly may have created the file, and the record of it did not reach the disk. No file of that name existed when the run
    // wrote its snapshot.
    private static bool WasMadeUnrecorded(ResumeState state, FileEntry file, FileStat facts) =>
        state is { IsClosed: false, Born: > 0 } && state.Identities[file.Index] == 0
        && facts.Trust == FileTrust.Ours && facts.Identity.Birth >= state.Born
        && facts.Identity.Birth <= state.Modified + UnrecordedTime;

    // Without owners, file identities change with every mount. It then suffices that the state knows a file of this name.
    private bool IsNamed(ResumeState state, FileEntry file, FileStat facts) =>
        state.Identities[file.Index] is var known and not 0 && (known == facts.Identity.Fingerprint || !_paths.Directory.HasOwners);

    private FileDecision Discard(FileLocation path) => _options.Overwrite
        ? FileDecision.Discard
        : throw DiskErrors.PathOccupied(path, "already exists and has no data of this torrent (--overwrite discards it)");

    private Tally Count(FileEntry file)
    {
        PieceLayout layout = _options.Metainfo.Layout;
        PieceRange pieces = layout.PiecesOf(file);
        int good = 0;
        bool restIsUnselected = true, restIsElsewhere = true;
        foreach (PieceIndex piece in pieces)
        {
            if (_have[piece])
            {
                good++;
                continue;
            }

            bool lacksWanted = Lacks(file, piece, wanted: true), lacksUnselected = Lacks(file, piece, wanted: false);
            restIsUnselected &= lacksUnselected && !lacksWanted;
            restIsElsewhere &= lacksUnselected || lacksWanted;
        }

        return new Tally(pieces.Count, good, restIsUnselected, restIsElsewhere);
    }

    /// <summary>
    /// Whether bytes of the piece are missing that belong to another file, which is wanted or unselected as <paramref name="wanted"/> demands.
    /// </summary>
    private bool Lacks(FileEntry file, PieceIndex piece, bool wanted)
    {
        foreach (FileSegment segment in _files.Map.Segments(_options.Metainfo.Layout.OffsetOf(piece), _options.Metainfo.Layout.LengthOf(piece)))
        {
            if (segment.File == file.Index || _files.PlaceOf(segment.File) == FilePlace.Zeros || _options.Wants(segment.File) != wanted)
                continue;
            FilePlace place = _files.PlaceOf(segment.File);
            FileStat facts = _inventory.At(place, segment.File);
            bool isSpare = place == FilePlace.Spare;
            if (isSpare ? !_inventory.HasSpare : !facts.IsFile || facts.Length < segment.Offset + segment.Length)
                return true;
        }

        return false;
    }

    /// <summary>Counts of the pieces that touch a file.</summary>
    /// <param name="Touching">Number of pieces that touch the file.</param>
    /// <param name="Good">Number of good pieces among them.</param>
    /// <param name="RestIsUnselected">Whether each of the others lacks bytes of unselected files and none of wanted files.</param>
    /// <param name="RestIsElsewhere">Whether each of the others lacks bytes of some other file.</param>
    private readonly record struct Tally(int Touching, int Good, bool RestIsUnselected, bool RestIsElsewhere);
}
