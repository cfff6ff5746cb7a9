using System.Collections.Immutable;

namespace Pieces.Metadata;

/// <summary>
/// Gives every file of a torrent a path that differs from all its other files, folders and unfinished files (<c>NAME.part</c>). Folders have priority
/// and keep their names. Of two files with the same path, the later one is renamed, for example to <c>bar.1.txt</c>. The result is therefore the same
/// on every run.
/// </summary>
internal sealed class UniquePaths
{
    private readonly Dictionary<Place, int> _folders;
    private readonly HashSet<Place> _files;
    private readonly Dictionary<Place, int> _lastNumbers;
    private readonly NameRules _rules;
    private bool _hasPartNames;

    /// <summary>Starts empty, with capacity for <paramref name="fileCount"/> files.</summary>
    public UniquePaths(NameRules rules, int fileCount)
    {
        _rules = rules;
        var comparer = new PlaceComparer(rules.Comparer);
        _folders = new Dictionary<Place, int>(comparer);
        _files = new HashSet<Place>(fileCount, comparer);
        _lastNumbers = new Dictionary<Place, int>(comparer);
    }

    /// <summary>Registers the folders of a path. Call it for all paths before the first <see cref="Claim"/>.</summary>
    public void AddFolders(ImmutableArray<string> path)
    {
        int folder = 0;
        foreach (string name in path.AsSpan()[..^1])
        {
            _hasPartNames |= IsPartName(name);
            var place = new Place(folder, name);
            if (!_folders.TryGetValue(place, out folder))
            {
                folder = _folders.Count + 1;
                _folders.Add(place, folder);
            }
        }

        _hasPartNames |= IsPartName(path[^1]);
    }

    /// <summary>Takes the path if it is free, otherwise the path with a number in its last component.</summary>
    public ImmutableArray<string> Claim(ImmutableArray<string> path)
    {
        int folder = 0;
        foreach (string name in path.AsSpan()[..^1])
            folder = _folders[new Place(folder, name)];

        if (TryTake(folder, path[^1]))
            return path;

        // The last number is kept for each name: otherwise a torrent with many equal names would take quadratic time.
        (string stem, string extension) = SafePath.SplitForNumber(path[^1], _rules);
        var key = new Place(folder, $"{stem}/{extension}");
        _lastNumbers.TryGetValue(key, out int number);
        string candidate;
        do
            candidate = SafePath.WithNumber(stem, ++number, extension);
        while (!TryTake(folder, candidate));
        _lastNumbers[key] = number;
        return path.SetItem(path.Length - 1, candidate);
    }

    private static bool IsPartName(string name) => name.EndsWith(SafePath.PartSuffix, StringComparison.OrdinalIgnoreCase);

    private bool TryTake(int folder, string name)
    {
        var place = new Place(folder, name);
        if (_folders.ContainsKey(place) || _files.Contains(place))
            return false;
        if (_hasPartNames && CollidesByPart(folder, name))
            return false;
        return _files.Add(place);
    }

    // An unfinished file is named NAME.part. No other file may have that name, and a file whose name ends in .part must not match another unfinished
    // file.
    private bool CollidesByPart(int folder, string name)
    {
        var part = new Place(folder, name + SafePath.PartSuffix);
        if (_folders.ContainsKey(part) || _files.Contains(part))
            return true;
        return IsPartName(name) && _files.Contains(new Place(folder, name[..^SafePath.PartSuffix.Length]));
    }

    /// <summary>A name in a folder; folders are numbered, and 0 is the outermost.</summary>
    private readonly record struct Place(int Folder, string Name);

    private sealed class PlaceComparer : IEqualityComparer<Place>
    {
        private readonly IEqualityComparer<string> _names;

        public PlaceComparer(IEqualityComparer<string> names) => _names = names;

        public bool Equals(Place x, Place y) => x.Folder == y.Folder && _names.Equals(x.Name, y.Name);

        public int GetHashCode(Place place) => HashCode.Combine(place.Folder, _names.GetHashCode(place.Name));
    }
}
