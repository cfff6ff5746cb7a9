using Pieces.Metadata;
using Pieces.Platform;
using Pieces.Storage.Files;

namespace Pieces.Storage.Opening;

/// <summary>Calculates the disk space that a download needs.</summary>
internal static class SpaceNeed
{
    /// <summary>Number of bytes of wanted files for which no disk space is allocated yet.</summary>
    public static long Of(StorageOptions options, DiskInventory inventory, FileStore files, FileDecision[] rulings)
    {
        long needed = 0;
        foreach (FileEntry file in options.Metainfo.Files)
        {
            if (!options.Wants(file.Index) || rulings[file.Index] is FileDecision.Keep or FileDecision.KeepByName or FileDecision.Finish)
                continue;
            bool isCopied = rulings[file.Index] == FileDecision.Copy;
            FileStat facts = isCopied ? default
                : files.PlaceOf(file.Index) == FilePlace.Final ? inventory.Final(file.Index)
                : inventory.Part(file.Index);
            needed += Math.Max(0, file.Length - facts.Allocated);
        }

        return needed;
    }
}
