using Pieces.Metadata;
using Pieces.Platform;

namespace Pieces.Storage.Files;

/// <summary>Finds out which file names a disk accepts, by creating files in a temporary folder and deleting them.</summary>
internal static class DiskProbe
{
    private const string Prefix = "probe-";
    private const string ForbiddenOnWindows = "probe-<>:|?*\"";
    private const string EndsInDot = "probe-dot.";
    private const string EndsInSpace = "probe-space ";

    // Shortest limit for file names that is taken into account, in bytes. On a disk with a lower limit, creating a longer name fails with an error.
    private const int ShortestLength = 138;

    /// <summary>Probes the disk that contains a folder.</summary>
    /// <exception cref="StorageException">A folder cannot be created there.</exception>
    public static NameRules Run(DirectoryHandle directory)
    {
        FileLocation folder = directory.At(string.Empty).Temporary();
        SafeFolders.Make(folder, isPrivate: true);
        try
        {
            return Look(folder);
        }
        finally
        {
            Remove(folder);
        }
    }

    private static NameRules Look(FileLocation folder)
    {
        NameRules system = NameRules.Of(SafePath.CurrentRules);
        bool ignoresCase = TryMake(folder, Prefix + "a") && Exists(folder, Prefix + "A");
        bool takesUnicode = TryMake(folder, Prefix + "\u00E9");
        bool foldsUnicode = !takesUnicode || Exists(folder, Prefix + "e\u0301");
        bool isStrict = system.IsStrict || !TryMake(folder, ForbiddenOnWindows) || !TryMake(folder, EndsInDot) || !TryMake(folder, EndsInSpace)
            || !Names(folder).IsSupersetOf([ForbiddenOnWindows, EndsInDot, EndsInSpace]);
        (int length, bool countsUnits) = LongestName(folder);
        return new NameRules(ignoresCase || system.IgnoresCase, foldsUnicode || system.FoldsUnicode, isStrict, length, countsUnits);
    }

    private static (int Length, bool CountsUnits) LongestName(FileLocation folder)
    {
        if (TryMake(folder, NameOf(NameRules.CommonLength, 'a')))
            return (NameRules.CommonLength, TryMake(folder, NameOf(NameRules.CommonLength, '\u00E9')));
        int low = ShortestLength, high = NameRules.CommonLength;
        while (low + 1 < high)
        {
            int middle = (low + high) / 2;
            if (TryMake(folder, NameOf(middle, 'b')))
                low = middle;
            else
                high = middle;
        }

        return (low, false);
    }

    private static string NameOf(int length, char letter) => Prefix + new string(letter, length - Prefix.Length);

    private static bool TryMake(FileLocation folder, string name)
    {
        try
        {
            folder.Directory.Open(Path.Join(folder.Name, name), FileOpening.New() with { IsPrivate = true }).Dispose();
            return true;
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            // The disk rejects the name: that is the result.
            return false;
        }
    }

    private static bool Exists(FileLocation folder, string name) => FileFacts.Of(folder.Directory.At(Path.Join(folder.Name, name))).IsFile;

    private static HashSet<string> Names(FileLocation folder)
    {
        try
        {
            return [.. folder.List()];
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            throw DiskErrors.Wrap(folder, "list the names in it", e);
        }
    }

    private static void Remove(FileLocation folder)
    {
        try
        {
            foreach (string name in folder.List())
                folder.Directory.Delete(Path.Join(folder.Name, name));
            folder.DeleteDirectory();
        }
        catch (Exception e) when (DiskErrors.IsDiskError(e))
        {
            throw DiskErrors.Wrap(folder, "remove it", e);
        }
    }
}
