using System.Text;
using Pieces.Platform;

namespace Pieces.Metadata;

/// <summary>A path to be included in a torrent: the full path to open, and the path as the user typed it, which is used in error messages.</summary>
/// <param name="Full">The full path, without a separator at its end.</param>
/// <param name="Shown">The path for messages.</param>
internal readonly record struct ContentPath(string Full, string Shown)
{
    /// <summary>A path that the user typed.</summary>
    /// <exception cref="FileNotFoundException">The path is empty.</exception>
    public static ContentPath Of(string given) => given.Length == 0
        ? throw ContentErrors.Missing(given)
        : new ContentPath(Path.TrimEndingDirectorySeparator(UserPath.Full(given)), Path.TrimEndingDirectorySeparator(given));

    /// <summary>The path of a file or folder in this folder.</summary>
    public ContentPath Child(string name) => new(Path.Join(Full, name), Path.Join(Shown, name));

    /// <summary>Rejects a path that is neither a file nor a folder that can be included.</summary>
    /// <param name="isGiven">Whether the user named the path; otherwise it was found in a folder.</param>
    /// <exception cref="MetainfoException">The name is not UTF-8.</exception>
    /// <exception cref="IOException">
    /// The path does not exist, is a pipe, socket or device, or cannot be examined; likewise <see cref="UnauthorizedAccessException"/>.
    /// </exception>
    public void Check(bool isGiven)
    {
        if (Directory.Exists(Full))
            return;

        // A name that is not UTF-8 cannot be opened by its decoded text.
        if (!IsUnicode(Path.GetFileName(Full)))
            throw new MetainfoException($"{ContentErrors.Show(Shown)}: has a name that is not UTF-8 (rename it)");
        string? missing = Guard(static path => MissingTarget(path));
        if (missing is not null)
            throw ContentErrors.Dangling(Shown, missing, isGiven);
        if (SpecialFile.KindOf(Full) is { } kind)
            throw ContentErrors.Special(Shown, kind, isGiven);
    }

    /// <summary>The path of the folder with every link resolved, and the names in the folder.</summary>
    /// <exception cref="IOException">The folder cannot be read; likewise <see cref="UnauthorizedAccessException"/>.</exception>
    public (string Real, string[] Names) ReadFolder() => Guard(static path =>
        (RealPath.Of(path), Directory.EnumerateFileSystemEntries(path).Select(child => Path.GetFileName(child)).ToArray()));

    /// <summary>Length of the file in bytes, and its stamp (<see cref="FileStat.Stamp"/>); links are followed.</summary>
    /// <exception cref="IOException">The file cannot be examined; likewise <see cref="UnauthorizedAccessException"/>.</exception>
    public (long Length, long Stamp) ReadFacts() => Guard(static path =>
    {
        var file = new FileInfo(path);
        var target = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
        return (target.Length, CurrentPlatform.Files.WorkingDirectory.Stat(target.FullName).Stamp);
    });

    // The target of a dangling link. Reading the attributes distinguishes a missing file from an inaccessible one; File.Exists does not.
    private static string? MissingTarget(string path)
    {
        var file = new FileInfo(path);
        string? target = file.LinkTarget;
        try
        {
            _ = File.GetAttributes(target is null ? path : file.ResolveLinkTarget(returnFinalTarget: true)!.FullName);
            return null;
        }
        catch (Exception e) when (target is not null && e is (FileNotFoundException or DirectoryNotFoundException))
        {
            return target;
        }
    }

    private static bool IsUnicode(string name)
    {
        foreach (Rune rune in name.EnumerateRunes())
        {
            if (rune == Rune.ReplacementChar)
                return false;
        }

        return true;
    }

    private T Guard<T>(Func<string, T> look)
    {
        try
        {
            return look(Full);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ContentErrors.Unreadable(Shown, e);
        }
    }
}
