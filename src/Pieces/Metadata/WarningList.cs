using System.Collections.Immutable;
using System.Globalization;

namespace Pieces.Metadata;

/// <summary>Collects lines for <see cref="Metainfo.Warnings"/>. A torrent could cause any number of them, so the number is limited.</summary>
internal sealed class WarningList
{
    /// <summary>Maximum number of warnings; one more line states how many were dropped.</summary>
    public const int MaxLines = 100;

    private readonly ImmutableArray<string>.Builder _lines = ImmutableArray.CreateBuilder<string>();
    private int _dropped;

    /// <summary>Adds a warning that a name is stored in a changed form.</summary>
    public void AddRenamed(string original, string stored)
    {
        if (HasRoom())
            _lines.Add($"\"{SafePath.Display(original)}\" is stored as \"{SafePath.Display(stored)}\"");
    }

    /// <summary>Adds a warning.</summary>
    public void Add(string line)
    {
        if (HasRoom())
            _lines.Add(line);
    }

    public ImmutableArray<string> ToImmutable()
    {
        if (_dropped > 0)
            _lines.Add(string.Create(CultureInfo.InvariantCulture, $"{_dropped} more like these"));
        return _lines.ToImmutable();
    }

    private bool HasRoom()
    {
        if (_lines.Count < MaxLines)
            return true;
        _dropped++;
        return false;
    }
}
