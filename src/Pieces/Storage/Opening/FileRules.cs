using Pieces.Metadata;
using Pieces.Platform;
using Pieces.Primitives;
using Pieces.Storage.Files;

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
    private readonly bool _stateIsForeign;

    /// <summary>Rules over the files of one torrent.</summary>
    /// <param name="options">What is wanted.</param>
    /// <param name="paths">For messages.</param>
    /// <param name="inventory">What stands there.</param>
    /// <param name="files">Knows which of two is read.</param>
    /// <param name="have">Pieces that are good as they are read.</param>
    /// <param name="stateIsForeign">Whether the state belongs to another torrent.</param>
    public FileRules(StorageOptions options, StoragePaths paths, DiskInventory inventory, FileStore files, Bitfield have, bool stateIsForeign)
    {
        _options = options;
        _paths = paths;
        _inventory = inventory;
        _files = files;
        _have = have;
        _stateIsForeign = stateIsForeign;
    }

    /// <summary>Rules on one wanted file.</summary>
    /// <exception cref="StorageException">It is in the way, and may not be discarded.</exception>
    public FileRuling RuleOn(FileEntry file)
    {
        if (file.Length == 0)
            return RuleOnEmpty(file);
        FileStat final = _inventory.Final(file.Index), part = _inventory.Part(file.Index);
        if (!final.IsFile && !part.IsFile)
            return FileRuling.Fresh;
        Count(file, out int touching, out int good, out bool restIsUnselected, out bool restIsElsewhere);
        if (_files.PlaceOf(file.Index) == FilePlace.Part)
            return RuleOnPart(file, touching, good);

        bool hasLength = final.Length == file.Length;
        if (hasLength && good == touching)
            return FileRuling.Keep;
        if (hasLength && restIsUnselected)
            return FileRuling.KeepByName;
        // A small file may share its only piece with a neighbour that is gone; in a folder that is plainly ours it is ours too.
        if (good > 0 || (hasLength && restIsElsewhere && _have.Count > 0))
            return FileRuling.Adopt;
        return Discard(_paths.Final(file.Index));
    }

    private FileRuling RuleOnEmpty(FileEntry file)
    {
        FileStat final = _inventory.Final(file.Index);
        if (!final.IsFile)
            return FileRuling.Fresh;
        return final.Length == 0 ? FileRuling.Keep : Discard(_paths.Final(file.Index));
    }

    private FileRuling RuleOnPart(FileEntry file, int touching, int good)
    {
        if (good == touching)
            return FileRuling.Finish;
        if (good == 0 && _inventory.Final(file.Index).IsFile)
            _ = Discard(_paths.Final(file.Index));
        if (good == 0 && _stateIsForeign)
            return Discard(_paths.Part(file.Index));
        return FileRuling.Continue;
    }

    private FileRuling Discard(FileLocation path) => _options.Overwrite
        ? FileRuling.Discard
        : throw DiskErrors.InTheWay(path, "is in the way: it holds no data of this torrent (--overwrite discards it)");

    private void Count(FileEntry file, out int touching, out int good, out bool restIsUnselected, out bool restIsElsewhere)
    {
        PieceLayout layout = _options.Metainfo.Layout;
        PieceRange pieces = layout.PiecesOf(file);
        touching = pieces.Count;
        good = 0;
        restIsUnselected = restIsElsewhere = true;
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
    }

    /// <summary>Whether the piece touches another file, wanted or not, whose bytes are not here.</summary>
    private bool Lacks(FileEntry file, PieceIndex piece, bool wanted)
    {
        foreach (FileSegment segment in _files.Map.Segments(_options.Metainfo.Layout.OffsetOf(piece), _options.Metainfo.Layout.LengthOf(piece)))
        {
            if (segment.File == file.Index || _files.PlaceOf(segment.File) == FilePlace.Zeros || _options.Wants(segment.File) != wanted)
                continue;
            FileStat facts = _files.PlaceOf(segment.File) == FilePlace.Part ? _inventory.Part(segment.File) : _inventory.Final(segment.File);
            bool isSpare = _files.PlaceOf(segment.File) == FilePlace.Spare;
            if (isSpare ? !_inventory.HasSpare : !facts.IsFile || facts.Length < segment.Offset + segment.Length)
                return true;
        }

        return false;
    }
}
