using System.Collections.Immutable;
using System.Text;

namespace Pieces.Metadata;

/// <summary>A file on the disk that is to be described.</summary>
/// <param name="FullPath">Where it is.</param>
/// <param name="Path">Components below the top folder; empty for the file of a single-file torrent.</param>
/// <param name="Length">Length in bytes when it was listed.</param>
internal sealed record SourceFile(string FullPath, ImmutableArray<string> Path, long Length)
{
    /// <summary>Time of its last write when it was listed.</summary>
    public DateTime Modified { get; init; }
}

/// <summary>
/// Lists what a torrent is to hold, in an order that does not depend on the disk: by the components of the path, ordinally. Links to files
/// stand for the files; links to folders are followed unless they lead back to a folder they lie in. Our own state folders
/// (<c>.NAME.pieces</c>) are left out.
/// </summary>
internal sealed class SourceTree
{
    private readonly List<SourceFile> _files = [];
    private readonly CancellationToken _cancellationToken;

    private SourceTree(CancellationToken cancellationToken) => _cancellationToken = cancellationToken;

    /// <summary>Lists the files of one or several paths.</summary>
    /// <exception cref="MetainfoException">A path, or a link below it, does not exist or cannot be described.</exception>
    /// <exception cref="IOException">A folder cannot be read; likewise <see cref="UnauthorizedAccessException"/>.</exception>
    public static SourceListing List(ImmutableArray<string> paths, string? name, CancellationToken cancellationToken)
    {
        if (paths.IsDefaultOrEmpty)
            throw new MetainfoException("no file or folder is given; there is nothing to describe");
        var tree = new SourceTree(cancellationToken);
        ImmutableArray<string> full = [.. paths.Select(path => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)))];
        string top = name ?? DefaultName(full);
        CheckName(top);
        bool isSingleFile = full.Length == 1 && !Directory.Exists(full[0]);
        foreach (string path in full)
        {
            ImmutableArray<string> below = full.Length == 1 ? [] : [Path.GetFileName(path)];
            tree.Add(path, below, []);
        }

        tree._files.Sort(static (x, y) => Compare(x.Path, y.Path));
        tree.RefuseRepeated();
        return new SourceListing(top, !isSingleFile, [.. tree._files]);
    }

    private static string DefaultName(ImmutableArray<string> paths)
    {
        string path = paths[0];
        if (paths.Length > 1)
        {
            path = Path.GetDirectoryName(paths[0]) ?? "";
            foreach (string other in paths)
            {
                if (Path.GetDirectoryName(other) != path)
                    throw new MetainfoException("the paths lie in different folders; give the torrent a name");
            }
        }

        string name = Path.GetFileName(path);
        return name.Length > 0 ? name : throw new MetainfoException($"\"{SafePath.Display(path)}\" has no name of its own; give the torrent a name");
    }

    private static void CheckName(string name)
    {
        if (name.Length == 0 || name is "." or ".." || name.AsSpan().ContainsAny('/', '\\', '\0'))
        {
            throw new MetainfoException(
                $"\"{SafePath.Display(name)}\" cannot be the name of a torrent: it is empty, a relative folder or has a separator");
        }
    }

    private static int Compare(ImmutableArray<string> x, ImmutableArray<string> y)
    {
        for (int i = 0; i < x.Length && i < y.Length; i++)
        {
            int order = string.CompareOrdinal(x[i], y[i]);
            if (order != 0)
                return order;
        }

        return x.Length.CompareTo(y.Length);
    }

    private static bool IsStateFolder(string name) => name.Length > 8 && name[0] == '.' && name.EndsWith(".pieces", StringComparison.Ordinal);

    private void Add(string path, ImmutableArray<string> below, ImmutableArray<string> enclosing)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        if (below.Length >= SafePath.MaxDepth)
            throw new MetainfoException($"\"{SafePath.Display(path)}\" lies more than {SafePath.MaxDepth} folders deep");
        if (Directory.Exists(path))
            AddFolder(path, below, enclosing);
        else
            AddFile(new FileInfo(path), below);
    }

    private void AddFolder(string path, ImmutableArray<string> below, ImmutableArray<string> enclosing)
    {
        string real = RealPath.Of(path);
        if (enclosing.Contains(real))
            return;
        ImmutableArray<string> inside = enclosing.Add(real);
        foreach (string child in Directory.EnumerateFileSystemEntries(path))
        {
            string name = Path.GetFileName(child);
            if (!(IsStateFolder(name) && Directory.Exists(child)))
                Add(child, below.Add(name), inside);
        }
    }

    private void AddFile(FileInfo file, ImmutableArray<string> below)
    {
        // A name that is not UTF-8 cannot be opened by the text we have of it.
        if (file.Name.Contains('\uFFFD', StringComparison.Ordinal) || !IsUnicode(file.Name))
            throw new MetainfoException($"\"{SafePath.Display(file.FullName)}\" has a name that is not UTF-8; rename it");
        FileSystemInfo target = file;
        if (file.LinkTarget is not null)
        {
            target = file.ResolveLinkTarget(returnFinalTarget: true) is { Exists: true } final
                ? final
                : throw new MetainfoException($"\"{SafePath.Display(file.FullName)}\" is a link to nothing; remove it");
        }
        else if (!file.Exists)
        {
            throw new FileNotFoundException($"\"{SafePath.Display(file.FullName)}\" does not exist", file.FullName);
        }

        _files.Add(new SourceFile(file.FullName, below, ((FileInfo)target).Length) { Modified = target.LastWriteTimeUtc });
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

    private void RefuseRepeated()
    {
        for (int i = 1; i < _files.Count; i++)
        {
            if (Compare(_files[i - 1].Path, _files[i].Path) == 0)
                throw new MetainfoException($"\"{SafePath.Display(string.Join('/', _files[i].Path))}\" would be in the torrent twice");
        }
    }
}

/// <summary>What was found on the disk.</summary>
/// <param name="Name">Name of the file or top folder.</param>
/// <param name="IsMultiFile">Whether it is a top folder.</param>
/// <param name="Files">The files in their order.</param>
internal sealed record SourceListing(string Name, bool IsMultiFile, ImmutableArray<SourceFile> Files);
