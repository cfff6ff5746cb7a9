using System.Formats.Tar;
using Pieces.Storage;

namespace Pieces.Cli.Streaming;

/// <summary>Writes several files as one POSIX tar stream. The output depends only on the content, and not on the machine or the time.</summary>
internal static class TarContent
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Writes all files and the end of the archive. Blocks.</summary>
    /// <param name="files">The files. Each is opened when it is written.</param>
    /// <param name="output">The output. It is not closed.</param>
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
