using System.Collections.Immutable;
using System.Globalization;

namespace Pieces.Metadata;

/// <summary>Collects lines for <see cref="Metainfo.Warnings"/>; a torrent decides how many there are, so their number is bounded.</summary>
internal sealed class WarningList
{
    /// <summary>Most lines that are kept; one more says how many are not.</summary>
    public const int MaxLines = 100;

    private readonly ImmutableArray<string>.Builder _lines = ImmutableArray.CreateBuilder<string>();
    private int _dropped;

    /// <summary>Notes that a name is not used as it stands.</summary>
    public void AddRenamed(string original, string stored)
    {
        if (HasRoom())
            _lines.Add($"\"{SafePath.Display(original)}\" is stored as \"{SafePath.Display(stored)}\"");
    }

    /// <summary>Notes that something was left out.</summary>
    public void Add(string line)
    {
        if (HasRoom())
            _lines.Add(line);
    }

    /// <summary>All lines.</summary>
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
