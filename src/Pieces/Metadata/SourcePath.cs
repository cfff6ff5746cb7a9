using System.Text;
using Pieces.Platform;

namespace Pieces.Metadata;

/// <summary>A path that is to be described: as it is opened, and as the caller wrote it. What the system refuses is said of the latter.</summary>
/// <param name="Full">The full path, without a separator at its end.</param>
/// <param name="Shown">The same in messages.</param>
internal readonly record struct SourcePath(string Full, string Shown)
{
    /// <summary>A path that the caller gave.</summary>
    /// <exception cref="FileNotFoundException">It is empty.</exception>
    public static SourcePath Of(string given) => given.Length == 0
        ? throw SourceErrors.Missing(given)
        : new SourcePath(Path.TrimEndingDirectorySeparator(UserPath.Full(given)), Path.TrimEndingDirectorySeparator(given));

    /// <summary>What lies in this folder under a name.</summary>
    public SourcePath Child(string name) => new(Path.Join(Full, name), Path.Join(Shown, name));

    /// <summary>Refuses what is neither a file nor a folder that can be described.</summary>
    /// <param name="isGiven">Whether the caller named it; otherwise it was met in a folder.</param>
    /// <exception cref="MetainfoException">Its name cannot be written down.</exception>
    /// <exception cref="IOException">
    /// Nothing is there, or a pipe, socket or device, or the system refuses to say what; likewise <see cref="UnauthorizedAccessException"/>.
    /// </exception>
    public void Check(bool isGiven)
    {
        if (Directory.Exists(Full))
            return;

        // A name that is not UTF-8 cannot be opened by the text we have of it.
        if (!IsUnicode(Path.GetFileName(Full)))
            throw new MetainfoException($"{SourceErrors.Show(Shown)}: has a name that is not UTF-8 (rename it)");
        string? missing = Guard(static path => MissingTarget(path));
        if (missing is not null)
            throw SourceErrors.Dangling(Shown, missing, isGiven);
        if (SpecialFile.KindOf(Full) is { } kind)
            throw SourceErrors.Special(Shown, kind, isGiven);
    }

    /// <summary>The folder with every link resolved, and the names in it.</summary>
    /// <exception cref="IOException">The folder cannot be read; likewise <see cref="UnauthorizedAccessException"/>.</exception>
    public (string Real, string[] Names) ReadFolder() => Guard(static path =>
        (RealPath.Of(path), Directory.EnumerateFileSystemEntries(path).Select(child => Path.GetFileName(child)).ToArray()));

    /// <summary>Length in bytes of the file, and how it looks (<see cref="FileStat.Stamp"/>), links followed.</summary>
    /// <exception cref="IOException">The file cannot be looked at; likewise <see cref="UnauthorizedAccessException"/>.</exception>
    public (long Length, long Stamp) ReadFacts() => Guard(static path =>
    {
        var file = new FileInfo(path);
        var target = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
        return (target.Length, CurrentPlatform.Files.WorkingDirectory.Stat(target.FullName).Stamp);
    });

    // What a link says that leads to nothing. Asking for the attributes tells "nothing is there" from "may not be looked at"; File.Exists does not.
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
            throw SourceErrors.Unreadable(Shown, e);
        }
    }
}
