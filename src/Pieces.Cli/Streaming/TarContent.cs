using System.Formats.Tar;
using Pieces.Storage;

namespace Pieces.Cli.Streaming;

/// <summary>Several files as one POSIX tar stream. The same content gives the same bytes: nothing of this machine or this moment is in it.</summary>
internal static class TarContent
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Writes all files, then the end of the archive. Blocks.</summary>
    /// <param name="files">The files; each is read as its turn comes.</param>
    /// <param name="output">Stays open.</param>
    public static void Write(IReadOnlyList<ContentFile> files, Stream output)
    {
        using var archive = new TarStream(output);
        using (var writer = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (ContentFile file in files)
            {
                archive.BeginEntry();
                using var data = new TarData(file);
                writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, file.Entry.RelativePath)
                {
                    Mode = Mode,
                    ModificationTime = DateTimeOffset.UnixEpoch,
                    DataStream = file.Entry.Length > 0 ? data : null,
                });
            }
        }

        archive.Flush();
    }
}
