using Pieces.Metadata;
using Pieces.Platform;
using Pieces.Storage.Files;

namespace Pieces.Storage.Opening;

/// <summary>How much room a download will take on the disk.</summary>
internal static class SpaceNeed
{
    /// <summary>Bytes that wanted files lack on the disk, beyond what they take already.</summary>
    public static long Of(StorageOptions options, DiskInventory inventory, FileStore files, FileRuling[] rulings)
    {
        long needed = 0;
        foreach (FileEntry file in options.Metainfo.Files)
        {
            if (!options.Wants(file.Index) || rulings[file.Index] is FileRuling.Keep or FileRuling.KeepByName or FileRuling.Finish)
                continue;
            bool isCopied = rulings[file.Index] == FileRuling.Copy;
            FileStat facts = isCopied ? default : files.PlaceOf(file.Index) == FilePlace.Final ? inventory.Final(file.Index) : inventory.Part(file.Index);
            needed += Math.Max(0, file.Length - facts.Allocated);
        }

        return needed;
    }
}
