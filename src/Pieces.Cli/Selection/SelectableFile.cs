using Pieces.Metadata;

namespace Pieces.Cli.Selection;

/// <summary>A file as a selection sees it.</summary>
/// <param name="Entry">The file.</param>
/// <param name="Number">Its number as <c>show --files</c> lists it, from 1.</param>
/// <param name="Name">Its own name.</param>
/// <param name="Inner">Its path below the torrent's top folder; of a torrent of one file the name.</param>
/// <param name="Path">Its path with the top folder, as <c>show --files</c> lists it.</param>
internal sealed record SelectableFile(FileEntry Entry, int Number, string Name, string Inner, string Path)
{
    /// <summary>All files that can be selected: pad files and links are no files to a user, and are not counted.</summary>
    public static IEnumerable<SelectableFile> Of(Metainfo metainfo)
    {
        int number = 0;
        foreach (FileEntry entry in metainfo.Files)
        {
            if (!entry.IsOnDisk)
                continue;
            string path = entry.RelativePath;
            string inner = metainfo.IsMultiFile ? path[(entry.Path[0].Length + 1)..] : path;
            yield return new SelectableFile(entry, ++number, entry.Path[^1], inner, path);
        }
    }
}
