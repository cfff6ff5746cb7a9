using Pieces.Metadata;

namespace Pieces.Cli.Selection;

/// <summary>A file that the user can select.</summary>
/// <param name="Entry">The file.</param>
/// <param name="Number">Its number as listed by <c>show --files</c>, from 1.</param>
/// <param name="Name">Its file name.</param>
/// <param name="Inner">Its path below the top folder of the torrent. For a single-file torrent this is the name.</param>
/// <param name="Path">Its path including the top folder, as listed by <c>show --files</c>.</param>
internal sealed record SelectableFile(FileEntry Entry, int Number, string Name, string Inner, string Path)
{
    /// <summary>Returns all files that can be selected. Padding files and links are not written to disk and are neither listed nor counted.</summary>
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
