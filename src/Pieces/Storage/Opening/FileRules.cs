using Pieces.Metadata;
using Pieces.Platform;
using Pieces.Primitives;
using Pieces.Storage.Files;
using Pieces.Storage.Resume;

namespace Pieces.Storage.Opening;

/// <summary>What is to become of a wanted file that is looked at before the transfer begins.</summary>
internal enum FileRuling
{
    /// <summary>Nothing is there.</summary>
    Fresh,

    /// <summary>It is complete under its final name.</summary>
    Keep,

    /// <summary>It has its final name and length, and only bytes of unselected files lack to prove it: the name is the proof.</summary>
    KeepByName,

    /// <summary>It has its final name and is incomplete: it becomes the <c>.part</c> file.</summary>
    Adopt,

    /// <summary>It is read and must not be written, as it is another user's or holds more than this torrent's data: its good pieces are copied.</summary>
    Copy,

    /// <summary>The <c>.part</c> file goes on.</summary>
    Continue,

    /// <summary>The <c>.part</c> file is complete and gets its final name.</summary>
    Finish,

    /// <summary>What is there is no part of this download and is discarded.</summary>
    Discard,
}

/// <summary>The rules for what already stands where a file is to be; one file at a time, nothing is touched.</summary>
internal sealed class FileRules
{
    private readonly StorageOptions _options;
    private readonly StoragePaths _paths;
    private readonly DiskInventory _inventory;
    private readonly FileStore _files;
    private readonly Bitfield _have;
    private readonly ResumeReading _reading;

    /// <summary>Rules over the files of one torrent.</summary>
    /// <param name="options">What is wanted.</param>
    /// <param name="paths">For messages.</param>
    /// <param name="inventory">What stands there.</param>
    /// <param name="files">Knows which of two is read.</param>
    /// <param name="have">Pieces that are good as they are read.</param>
    /// <param name="reading">The state, if there is one that counts.</param>
    public FileRules(StorageOptions options, StoragePaths paths, DiskInventory inventory, FileStore files, Bitfield have, ResumeReading reading)
    {
        _options = options;
        _paths = paths;
        _inventory = inventory;
        _files = files;
        _have = have;
        _reading = reading;
    }

    /// <summary>Rules on one wanted file.</summary>
    /// <exception cref="StorageException">It is in the way, and may not be discarded.</exception>
    public FileRuling RuleOn(FileEntry file)
    {
        if (file.Length == 0)
            return RuleOnEmpty(file);
        FileStat final = _inventory.Final(file.Index), part = _inventory.Part(file.Index);
        FilePlace place = _files.PlaceOf(file.Index);
        if (!final.IsFile && !part.IsFile && place != FilePlace.Other)
            return FileRuling.Fresh;
        Tally tally = Count(file);
        return place switch
        {
            FilePlace.Other => tally.Good > 0 ? FileRuling.Copy : FileRuling.Fresh,
            FilePlace.Part => RuleOnPart(file, tally),
            _ => RuleOnFinal(file, final, tally),
        };
    }

    private FileRuling RuleOnFinal(FileEntry file, FileStat final, Tally tally)
    {
        bool hasLength = final.Length == file.Length, isForeign = final.Trust == FileTrust.Foreign;
        if (hasLength && tally.Good == tally.Touching)
            return FileRuling.Keep;
        // The name is a proof only where nobody else could give it.
        if (hasLength && tally.RestIsUnselected)
            return isForeign ? FileRuling.Copy : FileRuling.KeepByName;
        // A small file may share its only piece with a neighbour that is gone; in a folder that is plainly ours it is ours too.
        bool isOurs = tally.Good > 0 || (hasLength && _have.Count > 0 && (tally.RestIsElsewhere || BlankFile.Is(_paths.Final(file.Index))));
        if (!isOurs)
            return Discard(_paths.Final(file.Index));
        bool mustStay = final.Length > file.Length || WasComplete(file, final);
        return isForeign || (mustStay && !_options.Overwrite) ? FileRuling.Copy : FileRuling.Adopt;
    }

    /// <summary>Whether the state says that the file was complete under its name: then somebody has changed it since, and may want to keep that.</summary>
    private bool WasComplete(FileEntry file, FileStat final) =>
        _reading.State is { } state && IsNamed(state, file, final) && _options.Metainfo.Layout.PiecesOf(file) is var pieces
        && pieces.CountSetIn(state.Have) == pieces.Count;

    private FileRuling RuleOnEmpty(FileEntry file)
    {
        FileStat final = _inventory.Final(file.Index);
        if (!final.IsFile)
            return FileRuling.Fresh;
        return final.Length == 0 ? FileRuling.Keep : Discard(_paths.Final(file.Index));
    }

    private FileRuling RuleOnPart(FileEntry file, Tally tally)
    {
        if (tally.Good == tally.Touching)
            return FileRuling.Finish;
        if (tally.Good == 0 && _inventory.Final(file.Index).IsFile)
            _ = Discard(_paths.Final(file.Index));
        return tally.Good > 0 || IsProven(file, tally) ? FileRuling.Continue : Discard(_paths.Part(file.Index));
    }

    /// <summary>Whether a <c>.part</c> file without a good piece is this download's. Its name does not say so: other programs use the suffix too.</summary>
    private bool IsProven(FileEntry file, Tally tally)
    {
        FileStat part = _inventory.Part(file.Index);
        if (_reading.State is { } state && (IsNamed(state, file, part) || WasMadeUnrecorded(state, file, part)))
            return true;
        bool isNeighbour = part.Length == file.Length && tally.RestIsElsewhere && _have.Count > 0;
        return isNeighbour || BlankFile.Is(_paths.Part(file.Index));
    }

    // A run that ended suddenly may have made the file without the record of it having reached the disk. Nothing of that name was there when the run wrote
    // its snapshot.
    private static bool WasMadeUnrecorded(ResumeState state, FileEntry file, FileStat facts) =>
        state is { IsClosed: false, Born: > 0 } && state.Identities[file.Index] == 0 && facts.Trust == FileTrust.Ours && facts.Identity.Birth >= state.Born;

    // Where there are no owners, the numbers of files change with every mount: that the state knows a file of the name has to do.
    private bool IsNamed(ResumeState state, FileEntry file, FileStat facts) =>
        state.Identities[file.Index] is var known and not 0 && (known == facts.Identity.Fingerprint || !_paths.Directory.HasOwners);

    private FileRuling Discard(FileLocation path) => _options.Overwrite
        ? FileRuling.Discard
        : throw DiskErrors.InTheWay(path, "is in the way: it holds no data of this torrent (--overwrite discards it)");

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

    /// <summary>Whether the piece touches another file, wanted or not, whose bytes are not here.</summary>
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

    /// <summary>How the pieces of a file stand.</summary>
    /// <param name="Touching">Pieces that touch it.</param>
    /// <param name="Good">Those of them that are good.</param>
    /// <param name="RestIsUnselected">Whether all others lack bytes of unselected files and of no wanted one.</param>
    /// <param name="RestIsElsewhere">Whether all others lack bytes of some other file.</param>
    private readonly record struct Tally(int Touching, int Good, bool RestIsUnselected, bool RestIsElsewhere);
}
