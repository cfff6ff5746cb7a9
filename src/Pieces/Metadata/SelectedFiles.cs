using System.Collections.Immutable;
using Pieces.Primitives;

namespace Pieces.Metadata;

/// <summary>Converts a selection of files to flags and pieces.</summary>
internal static class SelectedFiles
{
    /// <summary>Returns, for each file, whether it is selected; null if <paramref name="indexes"/> is null, which selects all files.</summary>
    public static bool[]? FlagsOf(Metainfo metainfo, ImmutableArray<int>? indexes)
    {
        if (indexes is null)
            return null;
        bool[] selected = new bool[metainfo.Files.Length];
        foreach (int index in indexes)
            selected[index] = true;
        return selected;
    }

    /// <summary>The pieces that touch a selected file; all pieces when <paramref name="selected"/> is null.</summary>
    public static Bitfield PiecesOf(Metainfo metainfo, bool[]? selected)
    {
        PieceLayout layout = metainfo.Layout;
        if (selected is null)
            return Bitfield.Full(layout.PieceCount);
        var wanted = new Bitfield(layout.PieceCount);
        foreach (FileEntry file in metainfo.Files)
        {
            if (!file.IsOnDisk || !selected[file.Index])
                continue;
            foreach (PieceIndex piece in layout.PiecesOf(file))
                wanted.Set(piece);
        }

        return wanted;
    }
}
